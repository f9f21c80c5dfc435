import Arguments
import JSON
import PGSyncCluster
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync up")
struct UpCommandTests {
    @Test("prints no URL where nothing runs, and says what to do")
    func printsNoURL() async {
        let run = await CommandLineRun("up", "--print-url", "--state-dir", "/nonexistent")
        #expect(run.exitCode == .clusterUnavailable)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("start one with pgsync up"))
    }

    @Test(
        "refuses what cannot be done together",
        arguments: [
            "--reset", "--no-migrate", "--no-worker", "--port=0", "--demo", "--node-of=https://books.example",
        ]
    )
    func conflicts(option: String) async {
        #expect(await CommandLineRun("up", "--print-url", option).exitCode == .usage)
    }

    @Test("refuses options for what is left out")
    func optionsForNothing() async {
        for (arguments, complaint) in [
            (["--rate", "50"], "--rate needs --demo"),
            (["--no-worker", "--metrics-listen", "9187"], "PGSYNC_METRICS_LISTEN, is for the worker"),
            (["--token-file", "token"], "--token-file needs --node-of"),
            (["--node-of", "https://a.example", "--no-worker"], "--node-of needs the schema and a worker"),
            (["--node-of", "https://a.example", "--no-migrate"], "--node-of needs the schema and a worker"),
            (["--node-of", "https://a.example", "--demo", "--rate", "5"], "a node writes no demo bills"),
        ] {
            let run = await CommandLineRun(["up"] + arguments)
            #expect(run.exitCode == .usage)
            #expect(run.errors.contains(complaint))
        }
    }

    @Test("starts nothing when the file of private keys cannot be read")
    func keyFile() async {
        let run = await CommandLineRun(
            "up",
            "--image-key-file",
            "/nonexistent",
            "--state-dir",
            "/nonexistent"
        )
        #expect(run.exitCode == .wrongFile)
        #expect(run.errors.contains("cannot read /nonexistent"), "\(run.errors)")
    }

    @Test("shows how to connect, over the network only where it listens")
    func banner() async throws {
        let cluster = try await SharedCluster.cluster()
        let banner = UpBanner(cluster: cluster, database: "shop", listens: false)
        #expect(banner.text.contains("psql       \(cluster.psqlCommand(database: "shop"))\n"))
        #expect(banner.text.contains("stop       Ctrl-C\n") && !banner.text.contains("network"))
        #expect(banner.json["port"] == .null)
        let listening = UpBanner(cluster: cluster, database: "shop", listens: true)
        #expect(listening.text.contains("network    \(cluster.loopbackConnectionString(database: "shop"))\n"))
        let look = "changes    \(cluster.psqlCommand(database: "shop")) -c 'select source_table, "
        #expect(!banner.text.contains(look))
        let demo = UpBanner(cluster: cluster, database: "shop", listens: false, isDemonstrated: true)
        #expect(demo.text.hasPrefix(banner.text) && demo.text.contains(look))
        #expect(demo.text.contains("pgsync node add") && demo.json["master_url"] == .null)
    }

    @Test("says of a node whose it is, and what comes next")
    func nodeBanner() async throws {
        let cluster = try await SharedCluster.cluster()
        let cases: [(Bool, Environment, [String])] = [
            (false, [:], ["as soon as they change", "pgsync sync on TABLE"]),
            (true, ["SYNC_INTERVAL": "15"], ["every 15 minutes", "the master, which posts"]),
            (true, ["SYNC_ENABLED": "false"], ["not while SYNC_ENABLED is false"]),
        ]
        for (hasClinic, environment, words) in cases {
            let master = MasterOfNode(
                url: try #require(MasterURL(argument: "https://books.example")),
                token: "pgs_secret",
                tokenFile: nil,
                settings: try SyncSettings(environment),
                hasClinic: hasClinic
            )
            let banner = UpBanner(cluster: cluster, database: "shop", listens: false, master: master)
            for word in words + ["https://books.example", "pgsync sync status"] {
                #expect(banner.text.contains(word), "\(banner.text)")
            }
            #expect(banner.json["master_url"] == "https://books.example")
            #expect(!banner.text.contains("pgs_secret"))
            #expect(banner.json["demo"] == .bool(hasClinic))
        }
    }
}
