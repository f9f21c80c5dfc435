import Testing

@testable import PGSyncCluster

@Suite("Cluster layout")
struct ClusterLayoutTests {
    @Test("puts the socket elsewhere exactly when its path would be too long", arguments: 70...110)
    func putsTheSocketElsewhere(length: Int) {
        let state = "/" + String(repeating: "s", count: length - 1)
        let layout = ClusterLayout(state: state, serverUserID: 7)
        let socket = "\(layout.socketDirectory)/.s.PGSQL.65535"
        #expect(socket.utf8.count <= 107)
        let fits = length + "/run/.s.PGSQL.65535".utf8.count <= 107
        #expect((layout.socketDirectory == "\(state)/run") == fits)
    }

    @Test("puts the socket elsewhere where libpq could not name its directory")
    func avoidsCommas() {
        let layout = ClusterLayout(state: "/a,b", serverUserID: 7)
        #expect(layout.socketDirectory.hasPrefix("/tmp/pgsync-7-"))
    }

    @Test("gives each state directory and user a socket directory of their own, always the same")
    func givesEachItsOwn() {
        let long = "/" + String(repeating: "s", count: 120)
        let directories = [(long, 7), (long + "t", 7), (long, 8)].map {
            ClusterLayout(state: $0.0, serverUserID: $0.1).socketDirectory
        }
        #expect(Set(directories).count == 3)
        #expect(ClusterLayout(state: long, serverUserID: 7).socketDirectory == directories[0])
    }
}
