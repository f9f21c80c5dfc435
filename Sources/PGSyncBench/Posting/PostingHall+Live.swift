extension PostingHall {
    func latency() async throws -> [PostingFigure] { [] }
    func sustained() async throws -> [PostingFigure] { [] }
    func memory() async throws -> [PostingFigure] { [] }
}
