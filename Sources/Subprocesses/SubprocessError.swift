import Glibc

/// Why a child process could not be started, or did not do what was asked.
public enum SubprocessError: Error, Sendable {
    /// The program could not be executed.
    case cannotExecute(String, errno: Int32)
    /// The working directory could not be entered.
    case cannotEnterDirectory(String, errno: Int32)
    /// A file for input or output could not be opened.
    case cannotOpen(String, errno: Int32)
    /// The kernel refused a thread, a pipe or memory.
    case outOfResources(String, errno: Int32)
    /// An argument or variable contains a zero byte, which no program can receive.
    case zeroByte(in: String)
    /// Only root may run programs as another user.
    case cannotBecome(user: String)
    /// The process ran longer than allowed and was ended; with what it had written until then.
    case timedOut(ProcessOutput, after: Duration)
    /// The process ended without success.
    case failed(ProcessOutput)
}

extension SubprocessError: CustomStringConvertible {
    /// What failed, with the last lines the program wrote.
    public var description: String {
        switch self {
        case .cannotExecute(let program, let code):
            "cannot execute \(program): \(Self.reason(code))"
        case .cannotEnterDirectory(let path, let code):
            "cannot enter working directory \(path): \(Self.reason(code))"
        case .cannotOpen(let path, let code):
            "cannot open \(path): \(Self.reason(code))"
        case .outOfResources(let what, let code):
            "cannot get a \(what) for a child process: \(Self.reason(code))"
        case .zeroByte(let word):
            "\"\(word.filter { $0 != "\0" })\" contains a zero byte and cannot be passed to a program"
        case .cannotBecome(let user):
            "only root may run a program as user \(user); start this as root or as \(user)"
        case .timedOut(let output, let limit):
            "\(output.command) was ended because it ran longer than \(limit)\(Self.lastWords(of: output))"
        case .failed(let output):
            "\(output.command) failed with \(output.status)\(Self.lastWords(of: output))"
        }
    }

    private static func reason(_ code: Int32) -> String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    private static func lastWords(of output: ProcessOutput) -> String {
        let lines = output.standardError.text.split(separator: "\n").suffix(5)
        return lines.isEmpty ? "" : ": " + lines.joined(separator: "\n")
    }
}
