internal import VisibleText

/// A table for people: aligned columns and nothing else.
public struct TextTable: Sendable {
    /// To which side the cells of a column lean.
    public enum Alignment: Sendable {
        /// Text.
        case left
        /// Numbers.
        case right
    }

    /// What a column does with text that the terminal has no room for.
    public enum Overflow: Sendable {
        /// Nothing: what names something is never cut. Where rows do not fit, each becomes a block of lines.
        case whole
        /// Cuts the text and says so with an ellipsis.
        case truncate
        /// Goes on in the next line.
        case wrap
    }

    /// A column.
    public struct Column: Sendable {
        let title: String
        let alignment: Alignment
        let overflow: Overflow
        let isOptional: Bool

        /// Creates a column; an optional one is left out where there is no room for all.
        public init(
            _ title: String,
            _ alignment: Alignment = .left,
            overflow: Overflow = .whole,
            isOptional: Bool = false
        ) {
            self.title = title.visible
            self.alignment = alignment
            self.overflow = overflow
            self.isOptional = isOptional
        }

        /// What it cannot be made narrower than, unless all its cells are.
        fileprivate var narrowest: Int? {
            switch overflow {
            case .whole: nil
            case .truncate: 8
            case .wrap: 16
            }
        }
    }

    private static let gap = 2

    private let columns: [Column]
    private var rows: [[String]] = []

    /// Creates a table without rows.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; missing cells are empty, and whatever a reader cannot see is escaped.
    public mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? cells[$0].visible : "" })
    }

    /// The lines of the table; without a width every cell is shown whole.
    public func text(width: Int? = nil) -> String {
        var shown = Array(columns.indices)
        while true {
            if let widths = widths(of: shown, within: width) {
                let header = columns.map(\.title)
                return ([header] + rows).flatMap { lines(of: $0, shown, widths) }.map { $0 + "\n" }.joined()
            }
            guard let dropped = shown.lastIndex(where: { columns[$0].isOptional }) else {
                return blocks(width: width ?? 80)
            }
            shown.remove(at: dropped)
        }
    }

    /// A block of lines for each row, a line for each column.
    private func blocks(width: Int) -> String {
        let margin = (columns.map(\.title.displayWidth).max() ?? 0) + Self.gap
        return rows.map { row in
            columns.indices.flatMap { column in
                let lines = row[column].wrapped(to: max(width - margin, 20))
                return lines.enumerated().map { index, line in
                    let title = index == 0 ? columns[column].title : ""
                    return Self.trimmed(title.padded(to: margin) + line) + "\n"
                }
            }.joined()
        }.joined(separator: "\n")
    }

    /// How wide some columns are; nil when there is no room for them.
    private func widths(of shown: [Int], within limit: Int?) -> [Int]? {
        var widths = shown.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (shown.count - 1) - limit
        while excess > 0 {
            // The widest gives way, down to the next widest.
            let shrinkable = widths.indices.filter { index in
                columns[shown[index]].narrowest.map { widths[index] > $0 } ?? false
            }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return nil }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func lines(of row: [String], _ shown: [Int], _ widths: [Int]) -> [String] {
        let cells = zip(shown, widths).map { column, width in
            switch columns[column].overflow {
            case .whole: [row[column]]
            case .truncate: [row[column].truncated(to: width)]
            case .wrap: row[column].wrapped(to: width).map { $0.truncated(to: width) }
            }
        }
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let parts = shown.indices.map { index in
                let cell = line < cells[index].count ? cells[index][line] : ""
                return cell.padded(to: widths[index], columns[shown[index]].alignment)
            }
            return Self.trimmed(parts.joined(separator: String(repeating: " ", count: Self.gap)))
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
    }
}
