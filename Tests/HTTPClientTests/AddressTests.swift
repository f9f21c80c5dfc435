import Testing

@testable import HTTPClient

@Suite("Addresses")
struct AddressTests {
    @Test(
        "of the internet are permitted",
        arguments: [
            "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.167.255.255", "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
        ]
    )
    func permitted(text: String) throws {
        #expect(AddressPolicy().permits(try #require(IPAddress(text))))
    }

    @Test(
        "of this machine, private networks, neighbours, clouds' metadata and tunnels are not",
        arguments: [
            "127.0.0.1", "127.255.255.255", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "198.18.0.1", "203.0.113.9",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
            "2001::1",
            "2001:db8::1", "::127.0.0.1", "4000::1", "3fff::1",
        ]
    )
    func refused(text: String) throws {
        #expect(!AddressPolicy().permits(try #require(IPAddress(text))))
    }

    @Test("are permitted where their range is allowed, and no other")
    func allowed() throws {
        let policy = AddressPolicy(
            allowing: ["10.1.0.0/16", "::1", "127.0.0.1"].compactMap { AddressRange($0) }
        )
        for (text, isPermitted) in [
            ("10.1.2.3", true), ("10.2.0.1", false), ("::1", true), ("::2", false), ("127.0.0.1", true),
            ("127.0.0.2", false), ("::ffff:127.0.0.1", true),
        ] {
            #expect(policy.permits(try #require(IPAddress(text))) == isPermitted, "\(text)")
        }
    }

    @Test(
        "are in a range by its bits",
        arguments: [
            ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false),
            ("128.0.0.0/1", "127.0.0.1", false),
            ("192.168.0.0/23", "192.168.1.255", true), ("192.168.0.0/23", "192.168.2.0", false),
            ("fc00::/7", "fdff::1", true), ("1.2.3.4/32", "1.2.3.5", false),
        ]
    )
    func contains(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(
        "are written as numbers",
        arguments: [
            "", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "1.2.3.4/8/8",
            "010.0.0.1",
        ]
    )
    func malformed(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
