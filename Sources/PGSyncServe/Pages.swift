import Compression
import HTTPServer
import PGSyncCore

/// The files of the page, as they were embedded, and compressed once.
struct Pages: Sendable {
    private struct Asset: Sendable {
        let type: String
        let plain: [UInt8]
        let compressed: [UInt8]?
    }

    private let assets: [String: Asset]
    private let index: String
    /// Changes with any of the files, so that browsers keep them for ever.
    private let version: String

    private static let types = [
        "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
        "html": "text/html; charset=utf-8", "webmanifest": "application/manifest+json",
    ]

    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'", "manifest-src 'self'", "base-uri 'self'", "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")

    init(_ files: [(name: String, text: String)] = EmbeddedPage.files) {
        version = String(
            SHA256.hexadecimalDigest(of: files.map { $0.name + "\n" + $0.text }.joined(separator: "\n"))
                .prefix(12)
        )
        index = files.first { $0.name == "index.html" }?.text ?? ""
        var assets: [String: Asset] = [:]
        for file in files where file.name != "index.html" {
            let bytes = Array(file.text.utf8)
            let suffix = String(file.name.split(separator: ".").last ?? "")
            assets[file.name] = Asset(
                type: Self.types[suffix] ?? "text/plain; charset=utf-8",
                plain: bytes,
                compressed: Gzip.compress(bytes, level: 9)
            )
        }
        self.assets = assets
    }

    /// The page of every screen; it finds its files from a path that lies so deep.
    func shell(depth: Int, _ head: HTTPHead) -> HTTPResponse {
        let root = depth == 0 ? "./" : String(repeating: "../", count: depth)
        let text = index.replacing("%ROOT%", with: root).replacing("%ASSETS%", with: "assets/\(version)")
        return response(
            Array(text.utf8),
            compressed: nil,
            type: Self.types["html"] ?? "",
            cache: "no-cache",
            head
        )
    }

    /// A file of the page.
    func asset(_ path: [String], _ head: HTTPHead) -> HTTPResponse {
        guard head.method == "GET" || head.method == "HEAD" else { return .plain(405, "files are only read") }
        if path == ["healthz"] { return .plain(200, "ok") }
        if path == ["favicon.ico"] {
            return HTTPResponse(status: 204, headers: [("Cache-Control", "max-age=86400")])
        }
        guard path.count == 3, let asset = assets[path[2]] else {
            return .plain(404, "there is no such file of the page; reload it")
        }
        // Of another version: the page that asks is old, and what it would get fits it no longer.
        guard path[1] == version else { return .plain(404, "the page has another version now; reload it") }
        return response(
            asset.plain,
            compressed: asset.compressed,
            type: asset.type,
            cache: "public, max-age=31536000, immutable",
            head
        )
    }

    private func response(
        _ plain: [UInt8],
        compressed: [UInt8]?,
        type: String,
        cache: String,
        _ head: HTTPHead
    ) -> HTTPResponse {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", type), ("Cache-Control", cache), ("Content-Security-Policy", Self.policy),
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
        ]
        guard let compressed, head.takesGzip else {
            return HTTPResponse(headers: headers, body: .bytes(plain))
        }
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return HTTPResponse(headers: headers, body: .bytes(compressed))
    }
}

extension HTTPHead {
    /// Whether who asks can read what is compressed.
    var takesGzip: Bool { self["Accept-Encoding"]?.lowercased().contains("gzip") == true }
}
