package import HTTPServer

/// How and to whom the dashboard is served.
package struct DashboardOptions: Sendable {
    package var address: ListenAddress
    package var identity: ServerIdentity?
    /// Whether requests of nodes need a certificate, which the identity asks for.
    package var nodesNeedCertificates = false
    /// By which it is given another one while it runs.
    package let renewal = IdentityRenewal()
    /// The names under which it is asked for, without ports.
    package var hosts: Set<String>
    /// Pages elsewhere that may act, with their scheme.
    package var origins: Set<String> = []
    /// Proxies that are believed when they say for whom they ask.
    package var proxies: Set<String> = []
    /// What may be done without a token.
    var anonymous: Set<Scope> = []
    package var version: String
    var mostExportedLines = 1_000_000
    /// Only for tests: whether the database alone refuses.
    package var skipsScopeCheck = false

    package init(at address: ListenAddress, version: String) {
        self.address = address
        self.version = version
        hosts = ["localhost", "127.0.0.1", "[::1]"]
        let own = address.description.prefix { $0 != ":" }.lowercased()
        if !address.description.hasPrefix("["), own != "0.0.0.0" { hosts.insert(own) }
    }

    /// Takes the scopes that need no token, by their names.
    package mutating func allow(withoutToken names: [String]) {
        anonymous = Set(names.compactMap(Scope.init))
    }

    /// What addresses of it begin with.
    package var scheme: String { identity == nil ? "http" : "https" }

    package static var scopeNames: [String] { Scope.ofPeople.map(\.rawValue) }

    /// Whether what is sent to browsers may only come back encrypted.
    var isSecure: Bool { identity != nil || !proxies.isEmpty }

    /// Cookies ignore ports, so that two servers of one machine need two names; browsers do not take the stricter name
    /// without TLS.
    func cookieName(at port: UInt16) -> String { isSecure ? "__Host-pgsync" : "pgsync-\(port)" }

    /// The address of who asks: that of the connection or, behind a proxy that is trusted, the last one it names.
    func client(of head: HTTPHead) -> String {
        guard proxies.contains(head.client) else { return head.client }
        // A proxy may add to the line that came, or a line of its own: the last of all is what it says.
        let named =
            head.headers.filter { $0.name.lowercased() == "x-forwarded-for" }.map(\.value)
            .joined(separator: ",").split(separator: ",").last?.filter { $0 != " " } ?? ""
        let isAddress =
            !named.isEmpty && named.count <= 45 && named.allSatisfy { $0.isHexDigit || ".:".contains($0) }
        return isAddress ? String(named) : head.client
    }
}
