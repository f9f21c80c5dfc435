import Glibc
import Subprocesses
import Testing

/// A program that somebody still writes cannot be started; that passes when the writer is a child being started.
@Suite("A program that is still open for writing")
struct BusyProgramTests {
    @Test("is waited for, but not for ever")
    func isWaitedFor() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/program"
            let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
            try #require(file >= 0)
            let script = "#!/bin/sh\necho ran\n"
            try #require(unsafe write(file, script, script.utf8.count) == script.utf8.count)
            await #expect(throws: SubprocessError.self) { try await ChildProcess.run(Invocation(path)) }

            async let output = ChildProcess.run(Invocation(path))
            try await Task.sleep(for: .milliseconds(20))
            close(file)
            #expect(try await output.standardOutput.text == "ran\n")
        }
    }
}
