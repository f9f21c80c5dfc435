import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("File system", .timeLimit(.minutes(10)))
struct FileSystemTests {
    @Test("removes a tree, and follows no link out of it")
    func removesATree() async throws {
        try await ClusterFixture.with { fixture in
            let (tree, kept) = ("\(fixture.directory)/tree", "\(fixture.directory)/kept")
            try FileSystem.makeDirectories(at: "\(tree)/a/b", mode: 0o700)
            try FileSystem.makeDirectories(at: kept, mode: 0o700)
            try FileSystem.write("x", to: "\(tree)/a/b/file", mode: 0o600)
            try FileSystem.write("x", to: "\(kept)/file", mode: 0o600)
            try await run("ln", "-s", kept, "\(tree)/a/link")
            try FileSystem.remove(tree)
            #expect(FileSystem.names(in: fixture.directory) == ["kept"])
            #expect(FileSystem.contents(of: "\(kept)/file") == "x")
            try FileSystem.remove(tree)
            try FileSystem.remove(kept)
        }
    }

    @Test("replaces a file whole, and never through a link")
    func replacesAFile() async throws {
        try await ClusterFixture.with { fixture in
            let (file, victim) = ("\(fixture.directory)/file", "\(fixture.directory)/victim")
            try FileSystem.write("mine", to: victim, mode: 0o644)
            try await run("ln", "-s", victim, file)
            try await run("ln", "-s", victim, "\(file).new")
            #expect(FileSystem.contents(of: file) == nil)
            try FileSystem.write("new", to: file, mode: 0o600)
            #expect(FileSystem.contents(of: file) == "new")
            #expect(FileSystem.contents(of: victim) == "mine")
            #expect(FileSystem.entry(at: file)?.permissions == 0o600)
            try FileSystem.remove(file)
            try FileSystem.remove(victim)
        }
    }

    @Test("makes no private directory out of a link or a file")
    func makesNoDirectoryOfALink() async throws {
        try await ClusterFixture.with { fixture in
            let (link, file) = ("\(fixture.directory)/link", "\(fixture.directory)/file")
            try await run("ln", "-s", "/tmp", link)
            try FileSystem.write("", to: file, mode: 0o600)
            for path in [link, file] {
                #expect(throws: ClusterError.self) {
                    try FileSystem.makePrivateDirectory(at: path, owner: .current)
                }
            }
            try FileSystem.remove(link)
            try FileSystem.remove(file)
        }
    }

    @Test("names the path and the reason of a failure")
    func namesTheReason() {
        #expect(throws: ClusterError.fileOperationFailed("create", path: "/proc/none/x.new", errno: 2)) {
            try FileSystem.write("", to: "/proc/none/x", mode: 0o600)
        }
        let full = ClusterError.failure(to: "write", "/dev/full", errno: 28)
        #expect(full == .diskFull("/dev/full", log: []))
    }
}
