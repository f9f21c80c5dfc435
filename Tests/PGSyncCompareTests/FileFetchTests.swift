import Files
import JSON
import PGSyncDelivery
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncCompare

@Suite("Fetching files", .twoSides, .timeLimit(.minutes(2)))
struct FileFetchTests {
    private static let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    private static func answer(_ request: ScriptedServer.Request) -> [ScriptedServer.Step] {
        func head(_ type: String, _ length: Int, status: String = "200 OK") -> [UInt8] {
            Array(
                "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(length)\r\n\r\n".utf8
            )
        }
        return switch request.path {
        case "/page": [.bytes(head("text/html", 4) + Array("<p/>".utf8))]
        case "/liar": [.bytes(head("image/png", 4) + Array("<p/>".utf8))]
        case "/gone": [.bytes(head("image/png", 0, status: "404 Not Found"))]
        case "/large": [.bytes(head("image/png", 20 << 20))]
        default: [.bytes(head("image/png; charset=none", picture.count) + picture)]
        }
    }

    @Test("keeps images by their SHA-256, and says why it does not keep others")
    func fetches() async throws {
        try await ScriptedServer.run(answering: Self.answer) { server in
            let directory = "\(ScratchSpace.directory)/files-\(UInt64.random(in: 0 ... .max))"
            try Directory.create(directory)
            defer { Directory.remove(directory) }
            do {
                var bench = CompareBench()
                bench.site = DeliverySite(variables: [:], files: directory, addresses: "127.0.0.1")
                bench.ignoresGuard = true
                let base = "http://127.0.0.1:\(server.port)"
                try await bench.database.run(
                    """
                    create table shop.photos (id bigint primary key, image_url text);
                    create table books.photos (
                        id bigint primary key, image_url text, sha256 text, content_type text, byte_count integer
                    );
                    insert into shop.photos values (1, '\(base)/one.png'), (2, '\(base)/page'), (3, '\(base)/liar'),
                        (4, '\(base)/gone'), (5, 'http://elsewhere.example/x.png'), (6, null), (7, '\(base)/large'),
                        (8, 'http://127.0.0.1:\(server.port)@elsewhere.example/x.png');
                    """
                )
                try await bench.apply(
                    """
                      entity photos
                        left shop.photos
                        right books.photos
                        key id
                        columns image_url
                        heal by fetch image_url from '127.0.0.1'
                    """,
                    head: "settle 0 s"
                )
                let run = try await bench.run(heals: true)
                #expect(run.count("healed", of: "photos") == 1)
                #expect(run.count("unhealed", of: "photos") == 7)
                let kept = try await bench.database.lines(
                    "select id || ' ' || sha256 || ' ' || content_type || ' ' || byte_count from books.photos"
                )
                let name = try await bench.database.value(
                    "select encode(sha256('\\x89504e470d0a1a0a010203'), 'hex')"
                )
                #expect(kept == ["1 \(name ?? "") image/png 11"])
                #expect(try OpenFile.bytes(of: "\(directory)/\(name ?? "").png", limit: 100) == Self.picture)
                let problems = try await bench.database.lines(
                    "select (key ->> 'id') || ' ' || problem from pgsync.compare_differences where state = 'failed' order by 1"
                )
                #expect(problems[0].hasSuffix("is text/html, and no image"))
                #expect(problems[1].hasSuffix("says that it is image/png, and is not"))
                #expect(problems[2].hasSuffix("answers 404"))
                #expect(problems[3].hasSuffix("is not of the hosts that the definition lists"))
                #expect(problems[4] == "6 image_url has no URL")
                #expect(problems[5].hasPrefix("7 127.0.0.1: "))
                #expect(problems[6].hasSuffix("is not of the hosts that the definition lists"))
                #expect(problems.count == 7)
            }
        }
    }

    @Test("fetches nothing where there is no place for files")
    func nowhere() async throws {
        let bench = CompareBench()
        try await bench.database.run(
            """
            create table shop.photos as select n as id, 'http://127.0.0.1/' || n as image_url from generate_series(1, 3) as n;
            create table books.photos (id bigint, image_url text, sha256 text);
            """
        )
        try await bench.apply(
            """
              entity photos
                left shop.photos
                right books.photos
                key id
                columns image_url
                heal by fetch image_url from '127.0.0.1'
            """,
            head: "settle 0 s"
        )
        let run = try await bench.run(heals: true)
        let problem = run.entity("photos")?["heal_problem"]?.string
        #expect(problem == "PGSYNC_FILES names no directory to keep files in")
        #expect(try await bench.database.value("select count(*) from books.photos") == "0")
    }
}
