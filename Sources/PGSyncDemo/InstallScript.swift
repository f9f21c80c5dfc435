/// Reads the files that a psql script includes.
enum InstallScript {
    /// The paths after `\ir`, in order; conditional ones are omitted.
    static func includes(of script: String) -> [String] {
        var depth = 0
        var paths: [String] = []
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "\\if": depth += 1
            case "\\endif": depth -= 1
            case "\\ir" where depth == 0: paths += words.dropFirst().prefix(1).map(String.init)
            default: break
            }
        }
        return paths
    }
}

/// A file of `sql/examples`, as embedded in this binary.
struct EmbeddedFile: Sendable, Equatable {
    /// The path in the source tree, such as `sql/examples/clinic/chart.csv`.
    let path: String
    let text: String
}
