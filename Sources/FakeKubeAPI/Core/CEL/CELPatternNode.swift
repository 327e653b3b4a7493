/// A part of a pattern that has been read.
indirect enum CELPatternNode {
    case empty
    case set(CELCharacterSet)
    case assert(CELPattern.Assertion)
    case sequence([CELPatternNode])
    case choice([CELPatternNode])
    case times(CELPatternNode, Int, Int?, isGreedy: Bool)
}
