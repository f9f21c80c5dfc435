extension ImportDefinition {
    /// The same, called at another address of its hosts; nil if that is none.
    package func called(at text: String) -> ImportDefinition? {
        guard let address = ImportAddress(text), hosts.contains(address.host),
            address.isEncrypted || !base.isEncrypted
        else { return nil }
        var definition = self
        definition.base = address
        return definition
    }

    /// A setting of the environment that cannot be used, with what it takes.
    package struct BadSetting: Error, Sendable, Equatable, CustomStringConvertible {
        package let name: String
        package let expected: String

        package var description: String { "\(name) is not \(expected)" }
    }

    /// The same with what the environment says, by the names that begin with the prefix of its settings.
    package func adjusted(by variable: (String) -> String?) throws(BadSetting) -> ImportDefinition {
        guard let settingsPrefix else { return self }
        var definition = self
        func number(_ name: String, _ range: ClosedRange<Int>) throws(BadSetting) -> Int? {
            let name = "\(settingsPrefix)_\(name)"
            guard let text = variable(name), !text.isEmpty else { return nil }
            guard let number = Int(text), range.contains(number) else {
                throw BadSetting(
                    name: name,
                    expected: "a number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return number
        }
        if let retries = try number("MAX_RETRIES", 0...100) { definition.retries = retries }
        if let wait = try number("BACKOFF_BASE_MS", 1...3_600_000) {
            definition.backoff = .milliseconds(wait)
        }
        if let limit = try number("TIMEOUT_SECONDS", 1...3_600) { definition.timeout = .seconds(limit) }
        if let most = try number("CIRCUIT_MAX_FAILURES", 1...1_000) { definition.breakerFailures = most }
        if let rest = try number("CIRCUIT_RESET_SECONDS", 1...86_400) {
            definition.breakerReset = .seconds(rest)
        }
        return definition
    }
}
