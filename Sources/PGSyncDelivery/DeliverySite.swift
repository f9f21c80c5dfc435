internal import Files
import Glibc
package import HTTPClient
internal import Subprocesses

/// What the machine of a worker lends to channels: its owner decides that, and not whoever may change channels.
///
/// Otherwise an operator of the database could have a worker send its own password to a mail server, reach into its
/// network, or run a program.
package struct DeliverySite: Sendable {
    /// The beginning of the variables that hold secrets.
    package static let variablePrefix = "PGSYNC_SECRET_"

    /// Not its parent, where the password of the database may be.
    package static let defaultSecrets = "/run/secrets/channels"
    /// More than the authorities of a system.
    private static let mostAuthorities = 1 << 20

    private let variables: [String: String]
    /// Files of secrets and authorities are in this directory.
    private let secrets: String
    /// Programs of channels are in this directory; nil allows none.
    private let commands: String?
    /// What is fetched for comparisons is kept in this directory; nil where nothing may be.
    package let files: String?
    /// Ranges of addresses, apart from each other by commas or spaces.
    private let addresses: String
    /// Files that are no secrets of channels, wherever they are.
    private let credentials: [String]

    package init(
        variables: [String: String],
        secrets: String = defaultSecrets,
        commands: String? = nil,
        files: String? = nil,
        addresses: String = "",
        credentials: [String] = []
    ) {
        self.variables = variables
        self.secrets = secrets
        self.commands = commands
        self.files = files
        self.addresses = addresses
        self.credentials = credentials
    }

    /// As the environment of this process says; `credentials` are the files that let it into its database.
    package static func current(credentials: [String]) -> DeliverySite {
        let variables = ProcessEnvironment.current
        return DeliverySite(
            variables: variables,
            secrets: variables["PGSYNC_SECRETS"] ?? defaultSecrets,
            commands: variables["PGSYNC_COMMANDS"],
            files: variables["PGSYNC_FILES"],
            addresses: variables["PGSYNC_ADDRESSES"] ?? "",
            credentials: credentials
        )
    }

    /// The same with further variables and ranges of addresses, which whoever runs this process has named.
    package func adding(variables more: [String: String], addresses: [String]) -> DeliverySite {
        DeliverySite(
            variables: variables.merging(more) { $1 },
            secrets: secrets,
            commands: commands,
            files: files,
            addresses: ([self.addresses] + addresses).joined(separator: " "),
            credentials: credentials
        )
    }

    /// Where a transfer may go: without encryption, only to addresses that are named.
    package func policy(isEncrypted: Bool) throws(DeliveryFailure) -> AddressPolicy {
        var allowed: [AddressRange] = []
        for word in addresses.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            guard let range = AddressRange(String(word)) else {
                throw .settings(
                    "\(word) in PGSYNC_ADDRESSES is neither an address nor a range like 10.1.2.0/24"
                )
            }
            allowed.append(range)
        }
        return AddressPolicy(allowing: allowed, allowsPublic: isEncrypted)
    }

    /// The certificates in a file of the directory of secrets.
    package func authorities(_ path: String) throws(DeliveryFailure) -> [UInt8] {
        try bytes(of: path, limit: Self.mostAuthorities)
    }

    /// What a reference stands for, without a line's end behind it.
    package func secret(
        _ reference: String,
        orEndingIn endings: [String] = []
    ) throws(DeliveryFailure) -> String {
        var text: String
        if let name = reference.removing(prefix: "env:") {
            let isAllowed =
                name.hasPrefix(Self.variablePrefix)
                || endings.contains(where: name.hasSuffix) && !Self.isOurs(name)
            guard isAllowed, let value = variables[name] else {
                let ends = endings.isEmpty ? "" : " nor end in \(endings.joined(separator: ", "))"
                throw .settings(
                    "\(reference) is not set where pgsync runs, or does not begin with \(Self.variablePrefix)\(ends)"
                )
            }
            text = value
        } else if let path = reference.removing(prefix: "file:") {
            text = String(decoding: try bytes(of: path, limit: 16_384), as: UTF8.self)
        } else {
            throw .settings("a secret is env:NAME or file:/PATH")
        }
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw .settings("\(reference) is empty") }
        return text
    }

    /// The real path of a file that a reference names, if it is in the directory of secrets.
    package func file(_ reference: String) throws(DeliveryFailure) -> String {
        guard let path = reference.removing(prefix: "file:") else {
            throw .settings("\(reference) is no file")
        }
        _ = try bytes(of: path, limit: 16_384)
        return Self.path(path, within: secrets) ?? path
    }

    /// A variable that is no secret.
    package func setting(_ name: String) -> String? { Self.isOurs(name) ? nil : variables[name] }

    private func bytes(of path: String, limit: Int) throws(DeliveryFailure) -> [UInt8] {
        guard let real = Self.path(path, within: secrets) else {
            throw .settings("\(path) is not there, or not in \(secrets); PGSYNC_SECRETS names the directory")
        }
        guard !credentials.contains(where: { Self.isSame($0, real) }) else {
            throw .settings("\(path) lets pgsync into its database, and is not sent to anybody")
        }
        do throws(FileError) {
            return try OpenFile.bytes(of: real, limit: limit, requiresRegular: true)
        } catch {
            throw .settings("\(error)")
        }
    }

    /// Whether two paths lead to one file, also as another link to it.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The variables of these names, as far as they are set and hold no secret.
    func environment(_ names: [String]) -> [String: String] {
        variables.filter { name, _ in
            names.contains(name) && !name.hasPrefix(Self.variablePrefix) && !Self.isOurs(name)
        }
    }

    /// Where a program really is, if the owner of the machine lets channels run it.
    func program(_ path: String) throws(DeliveryFailure) -> String {
        guard let commands else {
            throw .settings(
                "this worker runs no programs: PGSYNC_COMMANDS names the directory of those it may run"
            )
        }
        guard let real = Self.path(path, within: commands) else {
            throw .settings("\(path) is not there, or not in \(commands), which PGSYNC_COMMANDS names")
        }
        return real
    }

    /// What lets pgsync into its database is not for programs.
    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("PG") || name.hasSuffix("DATABASE_URL")
    }

    /// A path without links, if it leads to something in a directory.
    private static func path(_ path: String, within directory: String) -> String? {
        guard let real = resolved(path), let base = resolved(directory),
            real.hasPrefix(base == "/" ? "/" : base + "/")
        else { return nil }
        return real
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}

extension String {
    fileprivate func removing(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
