extension String {
    /// The text broken into lines of at most `width` columns, unless a single word is longer.
    ///
    /// Lines flow together up to an empty line; a line that begins with white space stays as it is.
    public func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var current = ""
        func endLine() {
            if !current.isEmpty { lines.append(current) }
            current = ""
        }
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            guard let first = line.first, first != " " else {
                endLine()
                lines.append(String(line))
                continue
            }
            for word in line.split(separator: " ").map(String.init) {
                if !current.isEmpty, current.displayWidth + 1 + word.displayWidth > width { endLine() }
                current += current.isEmpty ? word : " " + word
            }
        }
        endLine()
        return lines.isEmpty ? [""] : lines
    }

    /// The text cut to `width` columns, with an ellipsis in place of what is missing.
    func truncated(to width: Int) -> String {
        guard displayWidth > width else { return self }
        var kept = ""
        var used = 1
        for character in self {
            used += character.displayWidth
            if used > width { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The text filled up with spaces to `width` columns.
    func padded(to width: Int, _ alignment: TextTable.Alignment = .left) -> String {
        let filling = String(repeating: " ", count: max(0, width - displayWidth))
        return alignment == .left ? self + filling : filling + self
    }
}
