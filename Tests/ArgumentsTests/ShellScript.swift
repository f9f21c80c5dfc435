import Glibc

@testable import Arguments

/// Runs text through a real shell.
enum ShellScript {
    static func isInstalled(_ shell: Shell) -> Bool {
        let path = Environment.process["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { unsafe access("\($0)/\(shell.rawValue)", X_OK) == 0 }
    }

    /// What the shell prints on both streams.
    ///
    /// It runs in a directory of its own that is also its home, beside the completion script `completion.sh`.
    static func output(of text: String, in shell: Shell) throws -> String {
        var template = Array("/tmp/completion.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failed() }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let completion = CompletionScript(program: sampleProgram.outline, shell: shell).text
        try write(completion, to: "\(directory)/completion.sh")
        try write(text, to: "\(directory)/input.sh")
        // The program, as far as a shell asks it for names.
        let program = "#!/bin/sh\n[ \"$1\" = names ] && printf '%s\\n' \"$2-1\" \"$2-2\" 'x y'\n"
        try write(program, to: "\(directory)/tool", mode: 0o700)
        let command =
            "cd \(directory) && PATH=$PWD:$PATH HOME=$PWD timeout 20 \(shell.rawValue) input.sh 2>&1; cd / && rm -r \(directory)"
        guard let pipe = unsafe popen(command, "r") else { throw Failed() }
        var bytes: [UInt8] = []
        while case let byte = unsafe getc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        unsafe pclose(pipe)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String, mode: mode_t = 0o600) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT, mode)
        guard descriptor >= 0 else { throw Failed() }
        defer { close(descriptor) }
        try FileOutput(descriptor: descriptor).write(text)
    }

    private struct Failed: Error {}
}
