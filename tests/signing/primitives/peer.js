// The npm package sm-crypto as a peer: reads one JSON request, answers with one JSON. 对照 sm-crypto
const { sm2 } = require(process.argv[2])

const options = { hash: true, der: true }
const answers = {
  pair: () => sm2.generateKeyPairHex(),
  sign: (ask) => ({ signature: sm2.doSignature(ask.data, ask.key, { ...options, ...ask.options }) }),
  verify: (ask) => ({
    holds: sm2.doVerifySignature(ask.data, ask.signature, ask.key, { ...options, ...ask.options }),
  }),
}

const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(asked.map((ask) => answers[ask.act](ask))))
