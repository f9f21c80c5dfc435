import Concurrency
internal import CSpawn
import Glibc

/// The life of one child process, from start to collected status, on its own thread.
struct Attendant: ~Copyable {
    private let child: ChildProcess
    private let command: String
    /// Readable when the child ends; nil on kernels that have no such thing, where we look every now and then.
    private let processDescriptor: OwnedDescriptor?
    private var standardOutput: OutputChannel
    private var standardError: OutputChannel
    private var buffer = [UInt8](repeating: 0, count: 64 * 1_024)

    /// How often to look for the end of the child where the kernel does not tell.
    private static let pollInterval: Int32 = 10

    /// Starts a child together with its thread.
    static func start(_ invocation: Invocation, timeout: Duration?) async throws -> ChildProcess {
        let started = Latch<ChildProcess, SubprocessError>()
        do {
            try BackgroundThread.start {
                do throws(SubprocessError) {
                    var attendant = try Attendant(spawning: invocation, timeout: timeout)
                    started.open(with: .success(attendant.child))
                    attendant.attend()
                } catch {
                    started.open(with: .failure(error))
                }
            }
            return try await started.waitIgnoringCancellation()
        } catch {
            for case .lines(let stream) in [invocation.standardOutput, invocation.standardError] {
                stream.finish()
            }
            throw error
        }
    }

    private init(spawning invocation: Invocation, timeout: Duration?) throws(SubprocessError) {
        if let user = invocation.switchedUser, geteuid() != 0 { throw .cannotBecome(user: user.name) }
        let words = invocation.words
        let variables = invocation.environment.variables(for: invocation.switchedUser)
        let arguments = try CStringArray(words)
        let environment = try CStringArray(variables.map { "\($0.key)=\($0.value)" })
        let event = try OwnedDescriptor(cspawn_event()) { .outOfResources("descriptor", errno: $0) }
        let input = try invocation.standardInput.open()
        var output = try OutputChannel(to: invocation.standardOutput)
        var error = try OutputChannel(to: invocation.standardError)

        var pid: pid_t = 0
        let standard = [input.number, output.childNumber, error.childNumber]
        let code = unsafe cspawn_start(
            &pid,
            words[0],
            arguments.baseAddress,
            environment.baseAddress,
            invocation.workingDirectory,
            standard,
            invocation.grouping.code
        )
        guard code == 0 else {
            if let directory = invocation.workingDirectory, unsafe access(directory, X_OK) != 0 {
                throw .cannotEnterDirectory(directory, errno: errno)
            }
            throw .cannotExecute(words[0], errno: code)
        }
        output.closeChildEnd()
        error.closeChildEnd()
        standardOutput = output
        standardError = error
        command = words.joined(separator: " ")
        processDescriptor = try? OwnedDescriptor(cspawn_process_descriptor(pid)) {
            .outOfResources("descriptor", errno: $0)
        }
        child = ChildProcess(
            processIdentifier: pid,
            invocation: invocation,
            timeout: timeout,
            event: event
        )
    }

    private mutating func attend() {
        while true {
            waitForNews(until: child.enforceDeadlines())
            standardOutput.drain(into: &buffer)
            standardError.drain(into: &buffer)
            guard let status = child.collectStatus() else { continue }
            // What the child wrote before its end is in the pipes by now, so one more look sees all of it.
            standardOutput.drain(into: &buffer)
            standardError.drain(into: &buffer)
            standardOutput.finish()
            standardError.finish()
            child.complete(
                with: ProcessOutput(
                    command: command,
                    status: status,
                    standardOutput: standardOutput.captured,
                    standardError: standardError.captured
                )
            )
            return
        }
    }

    private func waitForNews(until deadline: ContinuousClock.Instant?) {
        var timeout: Int32 = processDescriptor.number < 0 ? Self.pollInterval : -1
        if let deadline {
            let left = (deadline - .now).components
            let milliseconds = max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1)
            timeout = Int32(min(milliseconds, timeout < 0 ? 3_600_000 : Int64(timeout)))
        }
        let numbers = [
            processDescriptor.number, child.eventNumber, standardOutput.pollableNumber,
            standardError.pollableNumber,
        ]
        var entries = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&entries, nfds_t(entries.count), timeout)
        if entries[1].revents != 0 {
            var count: UInt64 = 0
            _ = unsafe read(child.eventNumber, &count, MemoryLayout<UInt64>.size)
        }
    }
}

extension Invocation.Grouping {
    /// What the C side calls it.
    fileprivate var code: cspawn_grouping {
        switch self {
        case .inherited: CSPAWN_SAME_GROUP
        case .newGroup: CSPAWN_NEW_GROUP
        case .newSession: CSPAWN_NEW_SESSION
        }
    }
}
