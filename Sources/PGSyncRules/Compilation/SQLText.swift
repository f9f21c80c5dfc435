/// The only ways by which text from a rule gets into SQL.
enum SQLText {
    /// A string constant, the same whatever `standard_conforming_strings` says.
    static func literal(_ text: String) -> String {
        let hasBackslash = text.unicodeScalars.contains("\\")
        return (hasBackslash ? "e'" : "'") + doubling(hasBackslash ? ["'", "\\"] : ["'"], in: text) + "'"
    }

    /// A name, quoted so that no keyword and no letter case matters.
    static func identifier(_ name: String) -> String { "\"" + doubling(["\""], in: name) + "\"" }

    private static func doubling(_ marks: Set<Unicode.Scalar>, in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if marks.contains(scalar) { result.append(scalar) }
            result.append(scalar)
        }
        return String(result)
    }
}
