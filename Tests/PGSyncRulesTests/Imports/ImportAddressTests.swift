import Testing

@testable import PGSyncRules

@Suite("URLs of imports")
struct ImportAddressTests {
    @Test(
        "odd ones are no base",
        arguments: [
            "shop.example", "http:/shop.example", "ftp://shop.example", "https://me@shop.example", "https://",
            "https://shop.example:0", "https://shop.example:99999", "https://shop..example",
            "https://-a.example",
            "https://shop.example\\@evil.example", "https://shop.example?a=1", "https://shop.example/#a",
            "https://sh op.example", "https://schöp.example", "https://[::1", "https://[x]",
            "https://a.example:80:80",
        ]
    )
    func bases(base: String) {
        let text = ImportSample.text("column id bigint")
            .replacing("https://shop.example/api", with: base)
        #expect(
            ImportFile(name: "a", text: text).problems.map(\.range.line) == [2],
            "\(ImportFile(name: "a", text: text).problems)"
        )
    }

    @Test("a base may have a port, and be an address")
    func addresses() throws {
        for (base, host) in [
            ("http://127.0.0.1:8080/a", "127.0.0.1"), ("https://[::1]:8443", "::1"),
            ("HTTPS://Shop.Example", "shop.example"),
        ] {
            let text = ImportSample.text("column id bigint").replacing("https://shop.example/api", with: base)
            let definition = try ImportSample.definition(text)
            #expect(definition.hosts == [host])
            #expect(definition.allows(definition.url(of: "/x?page=2")))
            #expect(!definition.allows("https://evil.example/x"))
        }
        let definition = try ImportSample.definition(ImportSample.text("column id bigint"))
        #expect(!definition.allows("http://shop.example/x"), "in the clear")
        #expect(definition.allows("https://shop.example:443/x"))
        #expect(!definition.allows("https://shop.example:8443/x"), "another program of that host")
        #expect(!definition.allows("https://shop.example@evil.example/x"))
    }
}
