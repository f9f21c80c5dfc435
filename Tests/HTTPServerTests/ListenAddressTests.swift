import Testing

@testable import HTTPServer

@Suite("ListenAddress")
struct ListenAddressTests {
    @Test(
        "know whether only this machine reaches them",
        arguments: [
            ("9187", true), ("127.0.0.2:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false),
            ("10.0.0.1:1", false),
        ]
    )
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(ListenAddress(text)).isLoopback == isLoopback)
    }

    @Test(
        "is a port, or a numeric address and a port; without a host it is this machine alone",
        arguments: [
            ("9187", "127.0.0.1:9187"), ("0", "127.0.0.1:0"), ("65535", "127.0.0.1:65535"),
            ("localhost:80", "127.0.0.1:80"), ("0.0.0.0:9187", "0.0.0.0:9187"),
            ("10.1.2.3:1", "10.1.2.3:1"), ("[::]:9187", "[::]:9187"), ("[::1]:9187", "[::1]:9187"),
        ]
    )
    func reads(text: String, meaning: String) {
        #expect(ListenAddress(text)?.description == meaning)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ":", ":9187", "127.0.0.1", "127.0.0.1:", "65536", "-1", "+80", "80 ", " 80", "0x50", "٣",
            "example.com:80", "*:80", "::1:80", "[::1]", "[::1", "::]:80", "[]:80", "[127.0.0.1]:80",
            "127.1:80", "256.0.0.1:80", "01.2.3.4:80", "1.2.3.4:5:6", "http://127.0.0.1:80", "/run/socket",
            "[fe80::1%lo]:80",
        ]
    )
    func refuses(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
