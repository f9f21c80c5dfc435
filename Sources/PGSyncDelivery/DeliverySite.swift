internal import Files
import Glibc
internal import Subprocesses

/// What the machine of a worker lends to channels: its owner decides that, and not whoever may change channels.
///
/// Otherwise an operator of the database could have a worker send its own password to a mail server, or run a program.
package struct DeliverySite: Sendable {
    /// The beginning of the variables that hold secrets.
    package static let variablePrefix = "PGSYNC_SECRET_"

    private let variables: [String: String]
    /// Files of secrets are in this directory.
    private let secrets: String
    /// Programs of channels are in this directory; nil allows none.
    private let commands: String?

    package init(variables: [String: String], secrets: String = "/run/secrets", commands: String? = nil) {
        self.variables = variables
        self.secrets = secrets
        self.commands = commands
    }

    /// As the environment of this process says: `PGSYNC_SECRETS` and `PGSYNC_COMMANDS` are directories.
    package static func current() -> DeliverySite {
        let variables = ProcessEnvironment.current
        return DeliverySite(
            variables: variables,
            secrets: variables["PGSYNC_SECRETS"] ?? "/run/secrets",
            commands: variables["PGSYNC_COMMANDS"]
        )
    }

    /// What a reference stands for, without a line's end behind it.
    func secret(_ reference: String) throws(DeliveryFailure) -> String {
        var text: String
        if let name = reference.removing(prefix: "env:") {
            guard name.hasPrefix(Self.variablePrefix), let value = variables[name] else {
                throw .settings(
                    "\(reference) is not set where the worker runs, or does not begin with \(Self.variablePrefix)"
                )
            }
            text = value
        } else if let path = reference.removing(prefix: "file:") {
            guard let real = Self.path(path, within: secrets) else {
                throw .settings(
                    "\(reference) is not there, or not in \(secrets); PGSYNC_SECRETS names the directory"
                )
            }
            do throws(FileError) {
                text = String(
                    decoding: try OpenFile.bytes(of: real, limit: 16_384, requiresRegular: true),
                    as: UTF8.self
                )
            } catch {
                throw .settings("\(error)")
            }
        } else {
            throw .settings("a secret is env:NAME or file:/PATH")
        }
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw .settings("\(reference) is empty") }
        return text
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
