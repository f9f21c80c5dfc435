import Compression
import HTTPClient
import JSON
import PGSyncStore
import Postgres

extension SyncBenchmarkRun {
    /// Of rows of ten columns: as a page of a download, and one changed column by the policy `fields`.
    func bytes() async throws -> [SyncFigure] {
        let count = 1_000
        try await master.write(10) {
            SyncSQL.insert($0 * 100 + 1...$0 * 100 + 100, into: SyncSQL.shared)
        }
        let plain = try await plainBytes()
        let client = try SyncClient(serve.url, try await serve.token(of: "scales"))
        let page = try await wire(client, "tables=\(SyncSQL.shared)&limit=\(count)", each: count)
        var whole = SyncFigure(.bytes, "a row that comes", page.gzip, "bytes")
        compare(&whole, with: plain, bar: 0.2)
        whole.notes = [.init(name: "without gzip", value: page.plain)]

        // Both sides have all of them; one column of each is changed at the node, and then at the master.
        _ = try await exchange(node)
        let cursor = try await client.current()
        try await node.write(10) { number in
            SyncSQL.column(number * 100 + 1...number * 100 + 100, to: Self.marks)
        }
        let upload = try await upload()
        var up = SyncFigure(.bytes, "a changed column, policy fields, to the master", upload.gzip, "bytes")
        compare(&up, with: plain, bar: 0.1)
        up.notes = [.init(name: "without gzip", value: upload.plain)]
        _ = try await exchange(node)

        try await master.write(10) { number in
            SyncSQL.column(number * 100 + 1...number * 100 + 100, to: Self.marks + 1)
        }
        let changes = try await wire(
            client,
            "tables=\(SyncSQL.shared)&limit=\(count)&cursor=\(cursor)",
            each: count
        )
        var down = SyncFigure(.bytes, "a changed column, policy fields, to a node", changes.gzip, "bytes")
        compare(&down, with: plain, bar: 0.1)
        down.notes = [.init(name: "without gzip", value: changes.plain)]
        return [whole, up, down]
    }

    private func compare(_ figure: inout SyncFigure, with plain: Double, bar: Double) {
        figure.beside = plain
        figure.besideWhat = "plain JSON of the row"
        figure.ratio = figure.value / plain
        figure.bars = [.atMost(bar, figure.value / plain)]
    }

    /// Of a row and nothing around it.
    private func plainBytes() async throws -> Double {
        try await PostgresConnection.withConnection(to: master.options) { connection in
            try await connection.withSession {
                try $0.query(
                    SyncSQL.plain(
                        """
                        select avg(octet_length(row_to_json(own)::text))::double precision
                        from \(SyncSQL.shared) as own
                        """
                    )
                ).onlyRow().decode(0)
            }
        }
    }

    /// Bytes of a page for each record, as it comes and without compression.
    private func wire(
        _ client: SyncClient,
        _ query: String,
        each count: Int
    ) async throws -> (gzip: Double, plain: Double) {
        func bytes(_ encoding: String) async throws -> Double {
            let reply = try await client.ask("GET", "download?\(query)", encoding: encoding)
            let records = try JSONValue(parsing: String(decoding: reply.body, as: UTF8.self))["records"]
            guard records?.array?.count == count, let length = reply["Content-Length"].flatMap({ Double($0) })
            else { throw SyncClient.Failure(description: "a page has not \(count) records") }
            return length / Double(count)
        }
        return (try await bytes("gzip"), try await bytes("identity"))
    }

    /// Bytes of an upload for each record, which is not sent.
    private func upload() async throws -> (gzip: Double, plain: Double) {
        struct Undone: Error {
            let text: String
        }
        let text: String
        do {
            text = try await PostgresConnection.withConnection(to: node.options) { connection in
                try await connection.foldVersions()
                return try await connection.withTransaction { session -> String in
                    let upload = try ExchangeStore(session, master: "master").startUpload(
                        limit: 500,
                        force: false,
                        refusedBefore: nil
                    )
                    throw Undone(text: upload ?? "")
                }
            }
        } catch let undone as Undone {
            text = undone.text
        }
        let count = try JSONValue(parsing: text)["records"]?.array?.count ?? 0
        guard count > 0, let gzip = Gzip.compress(Array(text.utf8)) else {
            throw SyncClient.Failure(description: "there is nothing to upload")
        }
        return (Double(gzip.count) / Double(count), Double(text.utf8.count) / Double(count))
    }
}
