internal import CCurl
import Concurrency

/// What a client wants of its thread, and the place where the answer comes.
final class Order: Sendable {
    enum Kind: Sendable {
        case http(HTTPRequest)
        case mail(MailRequest)
    }

    let kind: Kind
    let answer = Latch<TransferEnd, TransferError>()
    private let cancelled = Locked(false)

    init(_ kind: Kind) { self.kind = kind }

    var isCancelled: Bool { cancelled.withLock { $0 } }

    func cancel() { cancelled.withLock { $0 = true } }
}

/// What came back.
struct TransferEnd: Sendable {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var lastLine = ""
}

/// The thread of a client: only here libcurl is called, but for what wakes it.
final class TransferLoop: Sendable {
    /// libcurl's transfers under way, with the connections they share.
    @safe
    private struct Multi: @unchecked Sendable {
        // Sendable because its thread alone uses it, but for `curl_multi_wakeup`, which is made for other threads.
        let raw: UnsafeMutableRawPointer
    }

    private struct Inbox {
        var orders: [Order] = []
        var isStopping = false
        /// The handle is gone once the thread has ended.
        var hasEnded = false
    }

    /// Before the first use, in one thread.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    /// The longest sleep; whoever wants something wakes it.
    private static let sleepMilliseconds: Int32 = 10_000

    private let inbox = Locked(Inbox())
    private let multi: Multi
    private let policy: AddressPolicy

    init(policy: AddressPolicy) throws(TransferError) {
        guard Self.isReady, let raw = unsafe curl_multi_init() else {
            throw .failed("there is no memory for a client")
        }
        multi = unsafe Multi(raw: raw)
        self.policy = policy
        guard let refusal = DetachedThread.start({ self.serve() }) else { return }
        unsafe curl_multi_cleanup(raw)
        throw .failed("there is no thread for a client: error \(refusal)")
    }

    func run(_ kind: Order.Kind) async throws(TransferError) -> TransferEnd {
        let order = Order(kind)
        let outcome = await withTaskCancellationHandler { () -> Result<TransferEnd, TransferError> in
            wake { $0.orders.append(order) }
            do throws(TransferError) {
                return .success(try await order.answer.waitIgnoringCancellation())
            } catch {
                return .failure(error)
            }
        } onCancel: {
            order.cancel()
            wake { _ in }
        }
        return try outcome.get()
    }

    func stop() { wake { $0.isStopping = true } }

    private func wake(_ change: (inout sending Inbox) -> Void) {
        inbox.withLock { inbox in
            change(&inbox)
            if !inbox.hasEnded { unsafe curl_multi_wakeup(multi.raw) }
        }
    }

    // MARK: On the thread

    private func serve() {
        // By the address of their handles.
        var active: [Int: Transfer] = [:]
        while true {
            let (orders, isStopping) = inbox.withLock { inbox in
                defer { inbox.orders = [] }
                return (inbox.orders, inbox.isStopping)
            }
            guard !isStopping else { break }
            for order in orders {
                guard let transfer = Transfer(order, policy: policy) else {
                    order.answer.open(with: .failure(.failed("libcurl cannot prepare it")))
                    continue
                }
                unsafe active[Int(bitPattern: transfer.handle)] = transfer
                unsafe curl_multi_add_handle(multi.raw, transfer.handle)
            }
            var count: Int32 = 0
            unsafe curl_multi_perform(multi.raw, &count)
            var code = CURLE_OK
            while let handle = unsafe ccurl_next_ended(multi.raw, &code) {
                end(active.removeValue(forKey: Int(bitPattern: handle))) { $0.outcome(code) }
            }
            for (handle, transfer) in active where transfer.order.isCancelled {
                active[handle] = nil
                end(transfer) { _ in .failure(.cancelled) }
            }
            unsafe curl_multi_poll(multi.raw, nil, 0, Self.sleepMilliseconds, nil)
        }
        for transfer in active.values { end(transfer) { _ in .failure(.cancelled) } }
        inbox.withLock { inbox in
            inbox.hasEnded = true
            unsafe curl_multi_cleanup(multi.raw)
        }
    }

    private func end(_ transfer: Transfer?, as outcome: (Transfer) -> Result<TransferEnd, TransferError>) {
        guard let transfer else { return }
        let outcome = outcome(transfer)
        unsafe curl_multi_remove_handle(multi.raw, transfer.handle)
        transfer.order.answer.open(with: outcome)
    }
}
