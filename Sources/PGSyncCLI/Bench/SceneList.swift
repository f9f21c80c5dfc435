import Arguments
import PGSyncBench

/// Scenes of the benchmark of posting with commas between.
struct SceneList: ArgumentValue, Equatable {
    let scenes: [PostingScene]

    init(_ scenes: [PostingScene]) {
        self.scenes = scenes
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let scenes = words.compactMap { PostingScene(rawValue: String($0)) }
        guard scenes.count == words.count else { return nil }
        self.init(PostingScene.allCases.filter(scenes.contains))
    }

    var argument: String { scenes.map(\.rawValue).joined(separator: ",") }
    static var expectation: String {
        "some of \(PostingScene.allCases.map(\.rawValue).joined(separator: ","))"
    }
    static var placeholder: String { "SCENES" }
}
