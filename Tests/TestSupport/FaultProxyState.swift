/// Everything a ``FaultProxy`` holds, behind its lock; no call here ever blocks.
struct FaultProxyState {
    private(set) var conditions = FaultConditions()

    private let upstream: SocketAddress
    private let address: SocketAddress
    // Holds the port while nobody listens on it.
    private var placeholder: Socket?
    private var listener: Socket?
    private var connections: [ProxiedConnection] = []

    init(upstream: SocketAddress, placeholder: Socket, port: UInt16) throws {
        self.upstream = upstream
        self.address = .loopback(port: port)
        self.placeholder = placeholder
        self.listener = try Socket.listening(at: address)
    }

    mutating func inject(_ fault: Fault) throws {
        // Who has connected before the fault is served as before the fault.
        acceptConnections()
        if fault == .refuse {
            listener?.shutDown()
            listener = nil
        } else if listener == nil {
            listener = try Socket.listening(at: address)
        }
        conditions.fault = fault
    }

    mutating func cutConnections(by cut: Fault.Cut) {
        acceptConnections()
        for index in connections.indices {
            connections[index].cut(by: cut, under: &conditions)
        }
        connections.removeAll()
    }

    mutating func stop() {
        listener?.shutDown()
        listener = nil
        placeholder = nil
        connections.removeAll()
    }

    /// Moves everything that can move, and says what to wait for before the next turn; nil after the stop.
    mutating func turn() -> WakeUpPipe.Wait? {
        guard placeholder != nil else { return nil }
        acceptConnections()
        conditions.now = .now
        for index in connections.indices {
            connections[index].move(under: &conditions)
        }
        connections.removeAll(where: \.isOver)

        var wait = WakeUpPipe.Wait()
        if let listener { wait.add(listener, reading: true) }
        for connection in connections {
            connection.register(in: &wait, under: conditions)
        }
        return wait
    }

    private mutating func acceptConnections() {
        while let client = listener?.accept() {
            conditions.counters.accepted += 1
            if conditions.fault == .reset {
                client.resetOnClose()
                conditions.counters.reset += 1
            } else {
                connections.append(ProxiedConnection(client: client, upstream: upstream))
            }
        }
    }
}
