import Testing

/// What Package.swift says, read as text.
struct PackageManifest {
    /// The names of what each target depends on.
    let dependencies: [String: Set<String>]

    init() throws {
        let text = try SourceFile.text(of: "Package.swift")
        let target =
            #/
            \. (?: target | executableTarget | testTarget | systemLibrary | plugin ) \( \s* name: \s* "(?<name> [\w-]+ )"
            (?<rest> [^\n]* (?: \n \ {9,} [^\n]* )* )
            /#
        let list = #/dependencies:\s*\[(?<names>[^\]]*)\]/#
        var dependencies: [String: Set<String>] = [:]
        for match in text.matches(of: target) {
            let names = match.output.rest.firstMatch(of: list)?.output.names ?? ""
            dependencies[String(match.output.name)] = Set(
                names.matches(of: #/"([\w-]+)"/#).map { String($0.output.1) }
            )
        }
        try #require(dependencies.count > 40, "targets of Package.swift were not recognised")
        self.dependencies = dependencies
    }
}
