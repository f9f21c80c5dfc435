import Arguments
import Glibc

/// The alternate screen of a terminal, whose keys are read one by one without being shown.
///
/// Whoever opens it closes it; the terminal is then as it was.
final class LiveScreen {
    private let output: any OutputStream
    private var former: termios?

    init(_ output: any OutputStream) throws {
        self.output = output
        var settings = termios()
        if isatty(STDIN_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &settings) == 0 {
            former = settings
            // Ctrl-C stays a signal.
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        }
        try output.writeUnescaped("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    func close() {
        if var former { unsafe tcsetattr(STDIN_FILENO, TCSANOW, &former) }
        former = nil
        // A terminal that has gone away needs no cleaning.
        try? output.writeUnescaped("\u{1B}[?25h\u{1B}[?1049l")
    }

    /// Shows a text whose lines are escaped already.
    func draw(_ text: String) throws {
        try output.writeUnescaped("\u{1B}[H" + text + "\u{1B}[K\u{1B}[J")
    }

    /// The columns and rows there are at this moment.
    var size: (columns: Int, rows: Int) {
        let terminal = output.terminal
        return (terminal.columns, terminal.rows)
    }

    /// Whether the key was pressed that leaves; does not wait.
    func wantsToLeave() -> Bool {
        guard former != nil else { return false }
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&request, 1, 0) > 0 {
            var key: UInt8 = 0
            guard unsafe read(STDIN_FILENO, &key, 1) == 1 else { return true }
            if key == UInt8(ascii: "q") || key == UInt8(ascii: "Q") { return true }
        }
        return false
    }
}
