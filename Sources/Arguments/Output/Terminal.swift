import Glibc

/// What is known of the place where output appears.
public struct Terminal: Sendable, Equatable {
    /// Whether a person is likely to be looking.
    public let isInteractive: Bool
    /// How many columns a line has; 80 if nobody says.
    public let columns: Int
    /// How many lines there are; 24 if nobody says.
    public let rows: Int
    /// Whether colours are understood and welcome.
    public let allowsColor: Bool

    /// Creates a description; the default is a plain file.
    public init(isInteractive: Bool = false, columns: Int = 80, rows: Int = 24, allowsColor: Bool = false) {
        self.isInteractive = isInteractive
        self.columns = columns
        self.rows = rows
        self.allowsColor = allowsColor
    }

    /// Asks the system about a descriptor; `COLUMNS`, `NO_COLOR` and `TERM=dumb` are obeyed.
    public init(descriptor: Int32, environment: Environment) {
        let isInteractive = isatty(descriptor) == 1
        let wanted = environment["COLUMNS"].flatMap { Int($0) }
        let size = Self.size(of: descriptor)
        self.init(
            isInteractive: isInteractive,
            columns: [wanted, size?.columns].compactMap { $0 }.first { $0 > 0 } ?? 80,
            rows: size.map(\.rows).flatMap { $0 > 0 ? $0 : nil } ?? 24,
            allowsColor: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
                && environment["TERM"] != "dumb"
        )
    }

    /// The width that tables should fit into: none unless this is a terminal.
    public var tableWidth: Int? { isInteractive ? columns : nil }

    private static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
