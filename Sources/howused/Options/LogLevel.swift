public import ArgumentParser
public import Logging

// Both are others' types, and public: hence the public imports.
extension Logger.Level: @retroactive ExpressibleByArgument {}
