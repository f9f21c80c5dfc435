import Glibc

/// What is known of the place where output appears.
public struct Terminal: Sendable, Equatable {
    /// Whether a person is likely to be looking.
    public let isInteractive: Bool
    /// How many columns a line has; 80 if nobody says.
    public let columns: Int
    /// Whether colours are understood and welcome.
    public let allowsColor: Bool

    /// Creates a description; the default is a plain file.
    public init(isInteractive: Bool = false, columns: Int = 80, allowsColor: Bool = false) {
        self.isInteractive = isInteractive
        self.columns = columns
        self.allowsColor = allowsColor
    }

    /// Asks the system about a descriptor; `COLUMNS`, `NO_COLOR` and `TERM=dumb` are obeyed.
    public init(descriptor: Int32, environment: Environment) {
        let isInteractive = isatty(descriptor) == 1
        let wanted = environment["COLUMNS"].flatMap { Int($0) }
        self.init(
            isInteractive: isInteractive,
            columns: [wanted, Self.columns(of: descriptor)].compactMap { $0 }.first { $0 > 0 } ?? 80,
            allowsColor: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
                && environment["TERM"] != "dumb"
        )
    }

    /// The width that tables should fit into: none unless this is a terminal.
    public var tableWidth: Int? { isInteractive ? columns : nil }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return Int(size.ws_col)
    }
}
