import Arguments
import Glibc
import Testing

@Suite("Terminal")
struct TerminalTests {
    /// The user's end of a pseudo terminal of the given width.
    private func withTerminal(columns: UInt16, _ body: (Int32) throws -> Void) throws {
        var controller: Int32 = -1
        var user: Int32 = -1
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(unsafe openpty(&controller, &user, nil, nil, &size) == 0)
        defer { close(controller) }
        defer { close(user) }
        try body(user)
    }

    @Test("asks the terminal for its width and allows colours")
    func asksTheTerminal() throws {
        try withTerminal(columns: 57) { descriptor in
            let terminal = Terminal(descriptor: descriptor, environment: [:])
            #expect(terminal == Terminal(isInteractive: true, columns: 57, allowsColor: true))
            #expect(terminal.tableWidth == 57)
        }
    }

    @Test("obeys COLUMNS, NO_COLOR and a dumb terminal")
    func obeysTheEnvironment() throws {
        try withTerminal(columns: 0) { descriptor in
            #expect(Terminal(descriptor: descriptor, environment: [:]).columns == 80)
            #expect(Terminal(descriptor: descriptor, environment: ["COLUMNS": "66"]).columns == 66)
            #expect(Terminal(descriptor: descriptor, environment: ["COLUMNS": "wide"]).columns == 80)
            #expect(Terminal(descriptor: descriptor, environment: ["NO_COLOR": ""]).allowsColor)
            #expect(!Terminal(descriptor: descriptor, environment: ["NO_COLOR": "1"]).allowsColor)
            #expect(!Terminal(descriptor: descriptor, environment: ["TERM": "dumb"]).allowsColor)
        }
    }

    @Test("is a plain file without width for anything else")
    func isAPlainFile() {
        let terminal = Terminal(descriptor: -1, environment: [:])
        #expect(terminal == Terminal())
        #expect(terminal.tableWidth == nil)
    }
}
