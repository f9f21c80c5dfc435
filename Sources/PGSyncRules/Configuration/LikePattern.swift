/// Names as patterns of LIKE.
enum LikePattern {
    private static let special: Set<Unicode.Scalar> = ["\\", "%", "_"]

    /// The pattern that this name alone matches.
    static func matching(_ name: String) -> String {
        var pattern = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if special.contains(scalar) { pattern.append("\\") }
            pattern.append(scalar)
        }
        return String(pattern)
    }

    /// The only name that a pattern matches; nil where there are several.
    static func onlyMatch(of pattern: String) -> String? {
        var name = String.UnicodeScalarView()
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "%" || scalar == "_" { return nil }
            guard scalar == "\\" else {
                name.append(scalar)
                continue
            }
            guard let escaped = rest.popFirst() else { return nil }
            name.append(escaped)
        }
        return name.isEmpty ? nil : String(name)
    }
}
