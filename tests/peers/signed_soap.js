// npm's soap signs, xml-crypto verifies: reads a JSON list of requests, answers with one. 对照 node 签名
const path = require('path')
const modules = path.join(__dirname, 'node_modules')
const { WSSecurityCert } = require(path.join(modules, 'soap'))
const { SignedXml } = require(path.join(modules, 'xml-crypto'))
const { DOMParser } = require(path.join(modules, '@xmldom', 'xmldom'))

const DS = 'http://www.w3.org/2000/09/xmldsig#'

const answers = {
  // { key, certificate, envelope, options }: the whole message as the soap client would send it
  sign: (ask) => ({
    message: new WSSecurityCert(ask.key, ask.certificate, '', ask.options).postProcess(ask.envelope, 's'),
  }),
  // { message, certificate }: whether the signature holds, and what it covers
  verify: (ask) => {
    const document = new DOMParser().parseFromString(ask.message, 'text/xml')
    const checking = new SignedXml({ publicCert: ask.certificate, idMode: 'wssecurity' })
    checking.loadSignature(document.getElementsByTagNameNS(DS, 'Signature')[0])
    try {
      return { holds: checking.checkSignature(ask.message), covers: checking.getSignedReferences() }
    } catch (refused) {
      return { holds: false, why: String(refused) }
    }
  },
}

const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(asked.map((ask) => answers[ask.act](ask))))
