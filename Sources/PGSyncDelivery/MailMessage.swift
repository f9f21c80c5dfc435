import Glibc
import PGSyncStore
internal import Signing

/// One mail for messages that go together.
struct MailMessage {
    let sender: String
    let recipients: [String]
    let deliveries: [Delivery]

    private var domain: String { sender.split(separator: "@").last.map(String.init) ?? "localhost" }

    var subject: String {
        guard let first = deliveries.first else { return "" }
        let title = (first.event == "resolved" ? "Resolved: " : "[\(first.severity)] ") + first.subject
        let others = Set(deliveries.map(\.alert)).count - 1
        return others > 0 ? "\(title) (and \(others) more)" : title
    }

    /// Headers and text, as mail servers take them; `now` is in seconds since 1970.
    func bytes(now: Int) -> [UInt8] {
        var threads: [String] = []
        for delivery in deliveries where !threads.contains(delivery.thread) {
            threads.append(delivery.thread)
        }
        // No message has the id of the thread; that all refer to it is what holds them together.
        let references = threads.map { "<\($0)@\(domain)>" }
        let headers = [
            "From: \(sender)",
            "To: \(recipients.joined(separator: ",\r\n "))",
            "Subject: \(Self.encoded(subject))",
            "Date: \(Self.date(now))",
            "Message-ID: <\(deliveries.first?.messageID ?? "")@\(domain)>",
            "In-Reply-To: \(references.first ?? "")",
            "References: \(references.joined(separator: "\r\n "))",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        let text = deliveries.map { delivery in
            (["\(delivery.event), \(delivery.severity): \(delivery.subject)"]
                + (delivery.words ?? "").split(whereSeparator: \.isNewline).map(String.init)
                + delivery.details).joined(separator: "\r\n")
        }.joined(separator: "\r\n\r\n")
        let encoded = Array(Base64.encode(Array((text + "\r\n").utf8)).utf8)
        let lines = stride(from: 0, to: encoded.count, by: 76).map { start in
            String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self)
        }
        return Array((headers + [""] + lines).map { $0 + "\r\n" }.joined().utf8)
    }

    /// A text as a header may have it (RFC 2047): plain if it is short ASCII, else in encoded words of 75 characters.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
            && !text.contains("=?")
        guard !isPlain else { return text }
        var chunks: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunks[chunks.count - 1].count + bytes.count > 45 { chunks.append([]) }
            chunks[chunks.count - 1] += bytes
        }
        return chunks.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }

    /// A time in UTC as RFC 5322 writes it, whatever the language of the machine.
    static func date(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&time, &parts)
        let pad = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return
            unsafe "\(days[Int(parts.tm_wday)]), \(parts.tm_mday) \(months[Int(parts.tm_mon)]) \(Int(parts.tm_year) + 1900) "
            + "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec)) +0000"
    }
}
