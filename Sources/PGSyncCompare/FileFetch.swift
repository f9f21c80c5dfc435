import Files
import HTTPClient
import JSON
import PGSyncCore
import PGSyncDelivery
import PGSyncOperations
import PGSyncRules
import Postgres

/// Fetches the files whose URLs the left side has, and keeps each under its SHA-256.
struct FileFetch: Sendable {
    /// How files of a type begin, and how their names end.
    private static let kinds: [(type: String, ending: String, signature: [UInt8])] = [
        ("image/png", "png", [0x89, 0x50, 0x4E, 0x47]), ("image/jpeg", "jpg", [0xFF, 0xD8, 0xFF]),
        ("image/gif", "gif", [0x47, 0x49, 0x46, 0x38]), ("image/webp", "webp", [0x52, 0x49, 0x46, 0x46]),
    ]
    private static let longest = 10 << 20

    private let column: String
    private let hosts: [String]
    private let directory: String
    /// What the right side keeps of a file, beside its SHA-256.
    private let kept: Set<String>
    private let encrypted: HTTPClient
    /// Nil where nothing may be fetched without encryption.
    private let plain: HTTPClient?

    /// - Throws: ``JobFailure`` where there is no place for files.
    init(column: String, hosts: [String], plan: EntityPlan, site: DeliverySite) throws(JobFailure) {
        guard let directory = site.files else {
            throw JobFailure("compare.files", "PGSYNC_FILES names no directory to keep files in")
        }
        guard plan.rightFields.contains("sha256") else {
            throw JobFailure(
                "compare.files",
                "\(plan.right.relation) has no column sha256 for the name of a file"
            )
        }
        let entity = plan.entity
        self.column = (entity.readColumns + entity.copied).first { $0.name == column }?.rightName ?? column
        self.hosts = hosts
        self.directory = directory
        kept = plan.rightFields.intersection(["content_type", "byte_count"])
        do {
            encrypted = try HTTPClient(policy: site.policy(isEncrypted: true))
            plain = try HTTPClient(policy: site.policy(isEncrypted: false))
        } catch {
            throw JobFailure("compare.files", "\(error)")
        }
    }

    /// A row with what is kept of its file.
    func complete(_ image: JSONValue) async throws(JobFailure) -> JSONValue {
        guard let url = image[column]?.string, !url.isEmpty else {
            throw JobFailure("compare.files", "\(column) has no URL")
        }
        let (bytes, kind) = try await fetch(url)
        let name = SHA256.hexadecimalDigest(of: bytes)
        do throws(FileError) {
            let file = try ReplacementFile("\(directory)/\(name).\(kind.ending)", mode: 0o640)
            try file.write(bytes)
            try file.finish()
        } catch {
            throw JobFailure("compare.files", "\(error)")
        }
        var row = image.object ?? JSONObject()
        row["sha256"] = .string(name)
        if kept.contains("content_type") { row["content_type"] = .string(kind.type) }
        if kept.contains("byte_count") { row["byte_count"] = JSONValue(bytes.count) }
        return .object(row)
    }

    private func fetch(_ url: String) async throws(JobFailure) -> (
        bytes: [UInt8], (type: String, ending: String)
    ) {
        guard let host = Self.host(of: url), hosts.contains(host) else {
            throw JobFailure("compare.files", "the URL is not of the hosts that the definition lists")
        }
        var request = HTTPRequest("GET", url)
        request.headers = [("Accept", Self.kinds.map(\.type).joined(separator: ", "))]
        request.limits.body = Self.longest
        let reply: HTTPReply
        do throws(TransferError) {
            let client = url.hasPrefix("https://") ? encrypted : plain ?? encrypted
            reply = try await client.send(request)
        } catch {
            throw JobFailure("compare.files", "\(host): \(error)")
        }
        guard reply.status == 200 else {
            throw JobFailure("compare.files", "\(host) answers \(reply.status)")
        }
        let type = reply["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? "nothing"
        guard let kind = Self.kinds.first(where: { $0.type == type }) else {
            throw JobFailure("compare.files", "what \(host) sends is \(type), and no image")
        }
        guard reply.body.starts(with: kind.signature) else {
            throw JobFailure("compare.files", "what \(host) sends says that it is \(type), and is not")
        }
        return (reply.body, (kind.type, kind.ending))
    }

    /// The host of a URL in lower case, without its port; nil where it names a user or none.
    private static func host(of url: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }) else {
            return nil
        }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return nil }
        return authority.prefix { $0 != ":" }.lowercased()
    }
}
