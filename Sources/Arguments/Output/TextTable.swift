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

        /// Creates a column.
        public init(_ title: String, _ alignment: Alignment = .left, overflow: Overflow = .truncate) {
            self.title = title.visible
            self.alignment = alignment
            self.overflow = overflow
        }
    }

    private static let gap = 2
    private static let narrowest = 8

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
        let widths = columnWidths(within: width)
        let header = columns.map(\.title)
        return ([header] + rows).flatMap { lines(of: $0, widths) }.map { $0 + "\n" }.joined()
    }

    private func columnWidths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - limit
        while excess > 0 {
            // The widest text column gives way, down to the next widest; numbers are never cut.
            let shrinkable = columns.indices.filter {
                columns[$0].alignment == .left && widths[$0] > Self.narrowest
            }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func lines(of row: [String], _ widths: [Int]) -> [String] {
        let cells = columns.indices.map { column in
            switch columns[column].overflow {
            case .truncate: [row[column].truncated(to: widths[column])]
            case .wrap: row[column].wrapped(to: widths[column]).map { $0.truncated(to: widths[column]) }
            }
        }
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let parts = columns.indices.map { column in
                let cell = line < cells[column].count ? cells[column][line] : ""
                return cell.padded(to: widths[column], columns[column].alignment)
            }
            let text = parts.joined(separator: String(repeating: " ", count: Self.gap))
            return String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
        }
    }
}
