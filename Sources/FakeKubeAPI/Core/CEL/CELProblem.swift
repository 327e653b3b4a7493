/// What is wrong with the text of an expression, and where.
struct CELProblem: Error, Hashable {
    var offset: Int
    var message: String
}
