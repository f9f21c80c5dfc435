/// The number a program ends with, and what it tells the caller.
public struct ExitCode: Sendable, Hashable {
    /// The number.
    public let code: UInt8
    /// One sentence for help and manual.
    public let meaning: String

    /// Creates an exit code.
    public init(_ code: UInt8, _ meaning: String) {
        self.code = code
        self.meaning = meaning
    }

    /// All went well.
    public static let success = ExitCode(0, "Success.")
    /// The work failed.
    public static let failure = ExitCode(1, "Failure; the message says why.")
    /// The command line was wrong; the number is that of `sysexits.h`.
    public static let usage = ExitCode(64, "The command line is wrong; nothing was done.")
    /// The reader of the output went away; the number is that of a shell for `SIGPIPE`.
    public static let closedPipe = ExitCode(141, "The output was closed by its reader.")
}
