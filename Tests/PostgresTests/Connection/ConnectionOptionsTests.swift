import Postgres
import Testing

@Suite("ConnectionOptions")
struct ConnectionOptionsTests {
    private let secret = "hunter2"

    @Test("read URIs and keyword strings alike")
    func reads() throws {
        let uri = try ConnectionOptions("postgresql://ann:hunter2@db:5433/shop?sslmode=require")
        let words = try ConnectionOptions(
            "host=db port=5433 user=ann password=hunter2 dbname=shop sslmode=require"
        )
        for keyword in ["host", "port", "user", "password", "dbname", "sslmode"] {
            #expect(uri[keyword] == words[keyword])
            #expect(uri[keyword] != nil)
        }
    }

    @Test("bring defaults that notice a dead peer, and keep what was said otherwise")
    func defaults() throws {
        let plain = try ConnectionOptions("host=db")
        #expect(plain["connect_timeout"] == "10")
        #expect(plain["tcp_user_timeout"] == "30000")
        #expect(plain["keepalives_idle"] == "15")
        #expect(try ConnectionOptions("host=db connect_timeout=3")["connect_timeout"] == "3")
    }

    @Test("always ask for UTF-8")
    func encoding() throws {
        #expect(try ConnectionOptions("client_encoding=LATIN1")["client_encoding"] == "UTF8")
    }

    @Test("never show a password, however they are printed")
    func hidesPasswords() throws {
        let options = try ConnectionOptions("postgresql://ann:hunter2@db/shop?sslpassword=hunter2")
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(options)", String(reflecting: options), "\([options])", "\((1, options))", dumped] {
            #expect(!text.contains(secret))
        }
        #expect("\(options)" == "host=db dbname=shop user=ann")
    }

    @Test(
        "that make no sense are refused without showing them",
        arguments: [
            "postgresql://ann:hunter2@db:port/shop?nonsense=1", "host=db password=hunter2 rest",
            "postgresql://ann:hunter2%ZZ@db", "password=hunter2 nonsense=hunter2",
            "postgresql://ann:hunter2@[::1/db",
            "password='hunter2", "hunter2", "db.example.org:5432:shop:ann:hunter2",
            "root:$6$hunter2:19000:0:99999",
            "ann:hunter2@db/shop", "postgresql://ann@db/shop?hunter2", "postgresql://ann@db/shop?hunter2=1=2",
            "hunter2 = \"hunter2\" x",
        ]
    )
    func refusesNonsense(text: String) {
        let error = #expect(throws: PostgresError.self) { try ConnectionOptions(text) }
        #expect(error?.kind == .invalidOptions)
        #expect(error?.debugDescription.contains(secret) == false)
    }

    @Test("show no part of a password that was not escaped", arguments: ["hun@ter2", "h@u@nter2"])
    func unescaped(password: String) async throws {
        let options = try ConnectionOptions("postgresql://ann:\(password)@127.0.0.1:1/shop")
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.open(options) }
        #expect(error?.message.contains("ter2") == false)
        #expect(error?.message.contains("cannot connect to host=…") == true)
    }

    @Test("change one setting at a time")
    func changes() throws {
        let options = try ConnectionOptions("host=a,b port=1,2")
        #expect(options.with("host", "c")["host"] == "c")
        #expect(options.with("host", "c") != options)
        #expect(options.with("host", "a,b").with("port", "1,2")["port"] == "1,2")
    }
}
