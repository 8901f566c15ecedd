import CHiredis

func readerVersion() -> Int32 { HIREDIS_MAJOR }
