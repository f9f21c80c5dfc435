internal import Glibc
internal import Concurrency
internal import Subprocesses

extension PrivateCluster {
    /// Makes the data directory if there is none, starts the server, and returns when it accepts connections.
    ///
    /// A server that runs already is adopted, or restarted where its settings are not those wanted. Cancelling the
    /// task ends a server that is not ready yet.
    package func start() async throws {
        if try data.version() == nil {
            try await data.initialize(with: binaries, profile: configuration.profile)
        }
        for directory in [layout.socketDirectory, layout.log] {
            try FileSystem.makePrivateDirectory(at: directory, owner: user)
        }
        let port = try choosePort()
        let settings = try ServerSettings(configuration: configuration, layout: layout, port: port)
        guard try await !adopt(with: settings) else {
            currentPort.withLock { $0 = port }
            return
        }
        try await BackgroundThread.run { [control] in try control.clearRemains() }
        try checkPort(port)
        // A setting may hold a secret, such as another server's password.
        try FileSystem.write(settings.text, to: layout.settings, mode: 0o600, owner: user)
        try await launch(port: port)
        currentPort.withLock { $0 = port }
    }

    /// The port to use; one chosen freely stays the same as long as its server runs.
    private func choosePort() throws -> Int {
        guard case .loopback(let wanted) = configuration.listening else { return Self.socketPort }
        guard wanted == 0 else { return wanted }
        if let note = control.note, note.listens, let port = note.port,
            case .running = control.status()
        {
            return port
        }
        return try LoopbackPort.free()
    }

    private func checkPort(_ port: Int) throws {
        guard case .loopback = configuration.listening, !LoopbackPort.isFree(port) else { return }
        throw ClusterError.portInUse(port)
    }

    /// Takes over a server that runs as we want it, and stops one that does not.
    ///
    /// Returns false where there is nothing to take over.
    private func adopt(with settings: ServerSettings) async throws -> Bool {
        guard case .running = control.status() else { return false }
        let isAsWanted = FileSystem.contents(of: layout.settings) == settings.text
        let timeout = configuration.startTimeout
        return try await BackgroundThread.run { [control] in
            if isAsWanted, control.waitUntilReady(timeout: timeout) { return true }
            try control.stop(.fast, timeout: timeout)
            return false
        }
    }

    /// Starts the server itself rather than through `pg_ctl`, which hands paths to a shell.
    private func launch(port: Int) async throws {
        FileSystem.removeFile(layout.startLog)
        let begin = time(nil)
        var server = ServerTools.invocation(binaries.postgres, ["-D", layout.data], user: user)
        server.standardOutput = .file(layout.startLog)
        server.standardError = .file(layout.startLog)
        server.grouping = .newSession
        let state = try await ChildProcess.launch(server) { child in try await waitForStart(of: child) }
        guard state != .running else { return }
        let log = ServerLog.tail(in: layout, since: begin)
        if ServerLog.showsFullDisk(log, at: layout.state) {
            throw ClusterError.diskFull(layout.state, log: log)
        }
        if log.contains(where: { $0.contains("could not bind IPv4 address") }) {
            throw ClusterError.portInUse(port)
        }
        throw state == .ended
            ? ClusterError.startFailed(directory: layout.state, log: log)
            : ClusterError.startTimedOut(directory: layout.state, after: configuration.startTimeout, log: log)
    }

    private enum StartResult { case running, ended, pending }

    /// Waits until the server says it is ready, or is gone, or has had its time.
    private func waitForStart(of server: ChildProcess) async throws -> StartResult {
        let deadline = ContinuousClock.now + configuration.startTimeout
        while ContinuousClock.now < deadline {
            if let note = control.note, note.pid == server.processIdentifier, note.isReady { return .running }
            guard server.send(signal: 0) else { return .ended }
            try await Task.sleep(for: ServerControl.interval)
        }
        return .pending
    }
}
