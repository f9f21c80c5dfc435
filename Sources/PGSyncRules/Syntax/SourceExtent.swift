/// A place between two signs of a rule file, counted from line 1 and column 1.
struct SourcePoint: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    func moved(by columns: Int) -> SourcePoint { SourcePoint(line: line, column: column + columns) }

    static func < (left: SourcePoint, right: SourcePoint) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// The part of a rule file that a rule or a map takes.
struct SourceExtent: Sendable, Hashable {
    var start: SourcePoint
    /// Behind its last sign.
    var end: SourcePoint

    /// That part as written, with blanks at the ends of lines left out, so that they make no difference.
    func text(in lines: [String]) -> String {
        let shown = lines.indices.clamped(to: start.line - 1..<end.line).map { index in
            var line = Substring(lines[index]).unicodeScalars
            if index + 1 == end.line { line = line.prefix(end.column - 1) }
            if index + 1 == start.line { line = line.dropFirst(start.column - 1) }
            while let last = line.last, last == " " || last == "\r" { line.removeLast() }
            return String(line)
        }
        return shown.joined(separator: "\n")
    }
}
