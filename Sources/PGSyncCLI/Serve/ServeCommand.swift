import Arguments
import Files
import HTTPServer
import JSON
import PGSyncServe
import Postgres
import Services
import Telemetry

/// Names separated by commas.
struct NameList: ArgumentValue, Equatable {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        guard !names.isEmpty else { return nil }
    }

    var argument: String { names.joined(separator: ",") }
    static var expectation: String { "names separated by commas" }
    static var placeholder: String { "NAMES" }
}

/// The command `pgsync serve`.
struct ServeCommand: Command {
    var listen = Self.standardAddress
    var hosts: NameList?
    var origins: NameList?
    var proxies: NameList?
    var certificate: String?
    var privateKey: String?
    var nodeAuthorities: String?
    var anonymous: ScopeList?
    var isPrivateNetwork = false
    var metricsListen: ListenAddress?

    static let standardPort: UInt16 = 8484
    static let standardAddress = ListenAddress("\(standardPort)") ?? unreachable
    /// Where `pgsync up` serves the dashboard of a node, beside that of its master.
    static let nodeAddress = ListenAddress("\(standardPort + 1)") ?? unreachable

    private static var unreachable: ListenAddress { preconditionFailure("the standard address is one") }

    static let signature = Signature(
        "serve",
        "Serve the dashboard and the HTTP API.",
        discussion: """
            The API is under /api/v1, described by /api/v1/openapi.json. Who asks shows a token: pgsync token create. Beyond \
            this machine it is served only with TLS, or behind a proxy that is named and does TLS.
            """,
        examples: [
            .init("pgsync serve", "At http://127.0.0.1:8484, for this machine."),
            .init(
                "pgsync serve --listen 0.0.0.0:443 --host books.example --tls-cert cert.pem --tls-key key.pem",
                "For everybody who reaches this machine."
            ),
        ],
        exitCodes: [.cannotListen, .notPermitted, .wrongFile, .schemaMissing]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "listen",
            \.listen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_LISTEN"],
            help: "Where to serve."
        ),
        .option(
            "host",
            \.hosts,
            environment: ["PGSYNC_HOSTS"],
            help: "Further names that this is asked for under."
        ),
        .option(
            "proxy",
            \.proxies,
            environment: ["PGSYNC_PROXIES"],
            help: "Addresses of proxies that do TLS and are believed who asks."
        ),
        .option(
            "origin",
            \.origins,
            environment: ["PGSYNC_ORIGINS"],
            help: "Origins of the page behind a proxy: https://books.example."
        ),
        .option(
            "tls-cert",
            \.certificate,
            placeholder: "FILE",
            environment: ["PGSYNC_TLS_CERT"],
            isPath: true,
            help: "The certificate and those that vouch for it, as PEM."
        ),
        .option(
            "tls-key",
            \.privateKey,
            placeholder: "FILE",
            environment: ["PGSYNC_TLS_KEY"],
            isPath: true,
            help: "Its private key, as PEM."
        ),
        .option(
            "node-authorities",
            \.nodeAuthorities,
            placeholder: "FILE",
            environment: ["PGSYNC_NODE_AUTHORITIES"],
            isPath: true,
            help: "Who signs the certificates that nodes then need, as PEM."
        ),
        .option(
            "anonymous",
            \.anonymous,
            environment: ["PGSYNC_ANONYMOUS"],
            help: "What needs no token; on this machine only."
        ),
        .flag(
            "private-network",
            \.isPrivateNetwork,
            environment: ["PGSYNC_PRIVATE_NETWORK"],
            help: "Serve without TLS where no stranger listens, as between containers."
        ),
        .option(
            "metrics-listen",
            \.metricsListen,
            placeholder: "[HOST:]PORT",
            environment: ["PGSYNC_METRICS_LISTEN"],
            help: "Serve /metrics. [default host: 127.0.0.1]"
        ),
    ]

    func validate() throws {
        if (certificate == nil) != (privateKey == nil) {
            throw UsageProblem.conflict("--tls-cert and --tls-key need each other")
        }
        if nodeAuthorities != nil, certificate == nil {
            throw UsageProblem.conflict("--node-authorities needs --tls-cert and --tls-key")
        }
        if anonymous != nil, !listen.isLoopback || proxies != nil {
            throw UsageProblem.conflict(
                "--anonymous is for this machine alone: leave out --proxy, and listen at 127.0.0.1"
            )
        }
        guard !listen.isLoopback else { return }
        if certificate == nil && proxies == nil && !isPrivateNetwork {
            throw UsageProblem.conflict(
                "\(listen) is reached by other machines: give --tls-cert and --tls-key, or --proxy ADDRESS of one that does TLS, "
                    + "or --private-network"
            )
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync serve")
        let options = try options(context)
        let (logger, logHandler) = globals.patientLogger
        defer { logHandler.flush() }
        let registry = MetricsRegistry()
        let metrics = try DashboardMetrics(in: registry)
        let dashboard = try Dashboard(
            options,
            to: database.takingWrites(in: context),
            logger: logger,
            metrics: metrics
        )
        let watch = options.identity.map { present in
            IdentityWatch(present, options.renewal, logger: logger, metrics: metrics) { [self] in
                try identity(context) ?? present
            }
        }
        try await DashboardRights.require(in: database, logger: logger)
        try await Interruption.asksFirst { shutdown in
            @Sendable func serve() async throws {
                try await dashboard.run { address, _ in
                    try announce(address, options, globals, context)
                    guard let watch else {
                        try? await shutdown.wait()
                        return
                    }
                    try? await watch.watch { try await shutdown.wait() }
                }
            }
            guard let metricsListen else { return try await serve() }
            try await MetricsServer(registry, others: [:]).run(at: metricsListen, logger: logger, serve)
        }
        return .success
    }

    private func announce(
        _ address: ListenAddress,
        _ options: DashboardOptions,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) throws {
        let url = "\(options.scheme)://\(address)"
        if globals.json {
            try context.print(["url": .string(url)])
        } else if !globals.quiet {
            context.say("serving \(url); a token for it: pgsync token create NAME; Ctrl-C stops it")
        }
    }

    private func options(_ context: CommandContext) throws -> DashboardOptions {
        var options = DashboardOptions(at: listen, version: Version.number)
        options.identity = try identity(context)
        options.nodesNeedCertificates = nodeAuthorities != nil
        options.hosts.formUnion(hosts?.names.map { $0.lowercased() } ?? [])
        options.origins = Set(origins?.names.map { $0.lowercased() } ?? [])
        options.proxies = Set(proxies?.names ?? [])
        if let anonymous { options.allow(withoutToken: anonymous.names) }
        return options
    }

    /// The certificate and its key as the files have them now.
    private func identity(_ context: CommandContext) throws -> ServerIdentity? {
        guard let certificate, let privateKey else { return nil }
        return ServerIdentity(
            certificate: try text(of: certificate, context),
            privateKey: try text(of: privateKey, context),
            authorities: try nodeAuthorities.map { try text(of: $0, context) }
        )
    }

    private func text(of path: String, _ context: CommandContext) throws -> String {
        do {
            return try SecretFile(path: path).text(upTo: 1 << 20) { _ in }
        } catch {
            throw CommandError.unreadableFile(path: path, reason: "\(error)")
        }
    }
}
