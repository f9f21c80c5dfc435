/// A client's connection and its twin to the server, with what is under way between them.
struct ProxiedConnection {
    private enum Phase: Equatable {
        case open
        /// Nothing more is taken in; the connection is cut once this direction is handed on.
        case cutting(after: Fault.Direction, by: Fault.Cut)
        /// The server works off the request, and nobody hears its reply.
        case losingReply
        case over
    }

    private let client: Socket
    private let upstream: SocketAddress
    private var server: Socket?
    private var toServer = ProxiedFlow()
    private var toClient = ProxiedFlow()
    private var phase = Phase.open
    private var isHung = false
    private var matcher: NeedleMatcher?

    private subscript(direction: Fault.Direction) -> ProxiedFlow {
        get { direction == .toServer ? toServer : toClient }
        set { if direction == .toServer { toServer = newValue } else { toClient = newValue } }
    }

    init(client: Socket, upstream: SocketAddress) {
        self.client = client
        self.upstream = upstream
    }

    var isOver: Bool { phase == .over }

    /// Ends both sides; they close when the connection is dropped.
    mutating func cut(by cut: Fault.Cut, under conditions: inout FaultConditions) {
        for socket in [client, server].compactMap(\.self) {
            switch cut {
            case .closing: socket.shutDown()
            case .resetting: socket.resetOnClose()
            }
        }
        conditions.counters.cuts += 1
        phase = .over
    }

    /// Moves what can move now; a fault that fires once is replaced by none.
    mutating func move(under conditions: inout FaultConditions) {
        if conditions.fault == .hang {
            if !isHung, client.hasSomethingToReceive || server?.hasSomethingToReceive == true {
                isHung = true
                conditions.counters.hung += 1
            }
            return
        }
        isHung = false
        guard let server = server ?? (try? Socket.connecting(to: upstream)) else {
            phase = .over
            return
        }
        self.server = server
        while take(.toServer, from: client, under: &conditions) {}
        while take(.toClient, from: server, under: &conditions) {}
        handOn(to: server, under: &conditions)
    }

    /// Adds what the connection waits for until it can move again.
    func register(in wait: inout WakeUpPipe.Wait, under conditions: FaultConditions) {
        if conditions.fault == .hang {
            wait.add(client, reading: !isHung)
            if let server { wait.add(server, reading: !isHung) }
            return
        }
        wait.add(client, reading: takesIn(.toServer), writing: toClient.isBlocked(now: conditions.now))
        if let server {
            wait.add(server, reading: takesIn(.toClient), writing: toServer.isBlocked(now: conditions.now))
        }
        for case let due? in [toServer.nextDue, toClient.nextDue] where due > conditions.now {
            wait.limit = min(wait.limit ?? .seconds(3_600), conditions.now.duration(to: due))
        }
    }

    private func takesIn(_ direction: Fault.Direction) -> Bool {
        switch (phase, direction) {
        case (.open, .toServer): toServer.wantsMore
        case (.open, .toClient), (.losingReply, .toClient): toClient.wantsMore
        default: false
        }
    }

    /// Takes in one chunk, if there is one.
    private mutating func take(
        _ direction: Fault.Direction,
        from source: Socket,
        under conditions: inout FaultConditions
    ) -> Bool {
        guard takesIn(direction) else { return false }
        switch source.receive() {
        case .nothing:
            return false
        case .failure:
            phase = .over
            return false
        case .end:
            self[direction].hasEnded = true
            return false
        case .bytes(let bytes) where phase == .losingReply:
            conditions.counters.lostReplyBytes += bytes.count
            return true
        case .bytes(let bytes):
            admit(bytes, direction, under: &conditions)
            return true
        }
    }

    private mutating func admit(
        _ bytes: [UInt8],
        _ direction: Fault.Direction,
        under conditions: inout FaultConditions
    ) {
        var due = conditions.now
        var admitted = bytes[...]
        switch conditions.fault {
        case .delay(let delay):
            due = conditions.now.advanced(by: delay)
            conditions.counters.delayed += 1
        case .cut(let limit, of: direction, by: let cut):
            admitted = bytes.prefix(limit)
            if bytes.count < limit {
                conditions.fault = .cut(after: limit - bytes.count, of: direction, by: cut)
            } else {
                conditions.fault = .none
                phase = .cutting(after: direction, by: cut)
            }
        case .loseRequest(let needle) where direction == .toServer && completes(needle, with: bytes):
            admitted = []
            conditions.fault = .none
            phase = .cutting(after: direction, by: .closing)
            conditions.counters.lostRequestBytes += bytes.count
        case .loseReply(let needle) where direction == .toServer && completes(needle, with: bytes):
            conditions.fault = .none
            phase = .losingReply
            toServer.hasEnded = true
        default:
            break
        }
        self[direction].append(admitted, due: due)
    }

    private mutating func completes(_ needle: [UInt8], with bytes: [UInt8]) -> Bool {
        if matcher?.needle != needle { matcher = NeedleMatcher(needle) }
        return matcher?.ends(in: bytes) ?? false
    }

    private mutating func handOn(to server: Socket, under conditions: inout FaultConditions) {
        guard phase != .over,
            let sentToServer = toServer.flush(to: server, now: conditions.now),
            let sentToClient = toClient.flush(to: client, now: conditions.now)
        else {
            phase = .over
            return
        }
        conditions.counters.bytesToServer += sentToServer
        conditions.counters.bytesToClient += sentToClient

        switch phase {
        case .cutting(let direction, let cut) where self[direction].isEmpty:
            self.cut(by: cut, under: &conditions)
        case .losingReply where toClient.hasEnded:
            cut(by: .closing, under: &conditions)
        case .open where toServer.isDone && toClient.isDone:
            phase = .over
        default:
            break
        }
    }
}
