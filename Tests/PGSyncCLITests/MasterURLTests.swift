import Arguments
import Concurrency
import JSON
import Testing

@testable import PGSyncCLI

@Suite("The master of a node")
struct MasterURLTests {
    @Test(
        "is reached at the address of this machine that its URL names, and at no other without PGSYNC_ADDRESSES",
        arguments: [
            ("https://books.example", "books.example", []),
            ("https://books.example:8443/pgsync", "books.example", []),
            ("http://10.1.2.3:8484", "10.1.2.3", []),
            ("http://127.0.0.1:8484/", "127.0.0.1", ["127.0.0.1"]),
            ("http://127.1.2.3", "127.1.2.3", ["127.1.2.3"]),
            ("http://localhost:8484", "localhost", ["127.0.0.1", "::1"]),
            ("http://[::1]:8484", "::1", ["::1"]),
            ("http://[fd00::1]", "fd00::1", []),
        ]
    )
    func reads(text: String, host: String, loopback: [String]) throws {
        let url = try #require(MasterURL(argument: text))
        #expect(url.argument == text && url.host == host && url.loopback == loopback)
    }

    @Test(
        "is no other kind of address",
        arguments: [
            "", "books.example", "ftp://books.example", "https://", "https:///path", "https://:8484",
            "https://user:secret@books.example", "https://books.example?a=b", "https://books.example#a",
            "https://books.example:", "https://books.example:0", "https://books.example:70000",
            "https://books.example:x", "https://books example", "https://bücher.example", "https://[::1",
            "https://[::1]x",
        ]
    )
    func refuses(text: String) {
        #expect(MasterURL(argument: text) == nil)
    }

    @Test("is told of in words, once for each news")
    func news() throws {
        let told = Locked<[String]>([])
        let url = try #require(MasterURL(argument: "https://books.example"))
        let news = ExchangeNews(url) { _, text in told.withLock { $0.append(text) } }
        func take(_ status: String, _ problem: String? = nil) {
            let document: JSONValue = [
                "status": .string(status), "last_error": problem.map { .string($0) } ?? .null,
            ]
            news.take(document.text())
        }
        news.take("no document")
        for _ in 1...2 {
            take("syncing")
            take("failed", "it does not answer")
        }
        for _ in 1...2 { take("success") }
        take("partial", "1 records were left out")
        take("success")
        #expect(
            told.withLock { $0 } == [
                "the exchange with https://books.example has failed, and is tried again: it does not answer",
                "the records are exchanged with https://books.example",
                "the records are exchanged with https://books.example, but not all: 1 records were left out",
                "the records are exchanged with https://books.example",
            ]
        )
    }
}
