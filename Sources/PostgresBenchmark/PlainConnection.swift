import CLibPQ
import Glibc
import Postgres

/// What a careful C programmer would write: blocking calls, one after the other.
@safe
final class PlainConnection: @unchecked Sendable {
    // Sendable because one thread at a time uses it.
    private let raw: OpaquePointer

    init(_ conninfo: String) throws {
        guard let raw = unsafe PQconnectdb(conninfo), unsafe PQstatus(raw) == CONNECTION_OK else {
            throw PostgresError(.cannotConnect, "cannot connect")
        }
        unsafe self.raw = raw
        unsafe PQclear(PQprepare(raw, "plain", "select $1::int8 + 1", 1, [Oid(20)]))
    }

    deinit {
        unsafe PQfinish(raw)
    }

    func singleQueries(count: Int) throws -> Double {
        var sum = 0
        let time = ContinuousClock().measure {
            for number in 0..<count {
                let result = unsafe String(number).withCString { text in
                    var value: UnsafePointer<CChar>? = unsafe text
                    return unsafe PQexecPrepared(raw, "plain", 1, &value, nil, nil, 0)
                }
                unsafe sum += atol(PQgetvalue(result, 0, 0))
                unsafe PQclear(result)
            }
        }
        try check(sum, count)
        return Double(count) / time.seconds
    }

    func pipelinedQueries(count: Int, batch: Int) throws -> Double {
        var sum = 0
        unsafe PQenterPipelineMode(raw)
        let time = ContinuousClock().measure {
            for start in stride(from: 0, to: count, by: batch) {
                for number in start..<(start + batch) {
                    unsafe String(number).withCString { text in
                        var value: UnsafePointer<CChar>? = unsafe text
                        _ = unsafe PQsendQueryPrepared(raw, "plain", 1, &value, nil, nil, 0)
                    }
                }
                unsafe PQpipelineSync(raw)
                for _ in 0..<batch {
                    let result = unsafe PQgetResult(raw)
                    unsafe sum += atol(PQgetvalue(result, 0, 0))
                    unsafe PQclear(result)
                    unsafe PQclear(PQgetResult(raw))
                }
                unsafe PQclear(PQgetResult(raw))
            }
        }
        unsafe PQexitPipelineMode(raw)
        try check(sum, count)
        return Double(count) / time.seconds
    }

    /// To be called before anyone notifies.
    func listen() {
        unsafe PQclear(PQexec(raw, "listen pgsync_benchmark"))
    }

    /// Waits with poll() and returns the delays in microseconds.
    func waitForNotifications(count: Int) throws -> [Double] {
        var delays: [Double] = []
        defer { unsafe PQclear(PQexec(raw, "unlisten pgsync_benchmark")) }
        while delays.count < count {
            while let notification = unsafe PQnotifies(raw) {
                unsafe delays.append(microseconds(since: String(cString: notification.pointee.extra)))
                unsafe PQfreemem(notification)
            }
            if delays.count >= count { break }
            var descriptor = unsafe pollfd(fd: PQsocket(raw), events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&descriptor, 1, -1)
            unsafe PQconsumeInput(raw)
        }
        return delays
    }
}

/// Both sides must have done the same work.
func check(_ sum: Int, _ count: Int) throws {
    guard sum == count * (count + 1) / 2 else {
        throw PostgresError(.unexpectedResult, "the sum of the answers is wrong")
    }
}

func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

func microseconds(since text: String) -> Double {
    Double(now() - (Int64(text) ?? 0)) / 1_000
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
