print("howused")
