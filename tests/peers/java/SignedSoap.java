// WSS4J and Santuario with BouncyCastle as peers: one request a line, one answer a line. 对照 Java 签名
//   wss4j-verify FILE CERTIFICATE          wss4j-sign FILE CERTIFICATE KEY OUT SIGNATURE-URI
//   santuario-verify FILE CERTIFICATE      santuario-sign FILE CERTIFICATE HEX-KEY OUT
// Certificates are PEM, KEY is PKCS#8 in PEM, HEX-KEY an SM2 scalar; sm2's URIs are arguments 0 and 1.
import java.io.*;
import java.math.BigInteger;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.*;
import java.util.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.*;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.*;
import org.apache.xml.security.algorithms.JCEMapper;
import org.apache.xml.security.algorithms.SignatureAlgorithm;
import org.apache.xml.security.algorithms.implementations.SignatureBaseRSA;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECPrivateKeySpec;
import org.w3c.dom.*;

public class SignedSoap {
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static String sm2, sm3;

    /** The signature's bytes are passed on as they are, which is what SM2 in DER needs. */
    public static class SignatureSm2 extends SignatureBaseRSA {
        public SignatureSm2() throws Exception { super(); }
        public String engineGetURI() { return sm2; }
    }

    public static void main(String[] uris) throws Exception {
        sm2 = uris[0];
        sm3 = uris[1];
        Security.addProvider(new BouncyCastleProvider());
        WSSConfig.init();
        org.apache.xml.security.Init.init();
        JCEMapper.register(sm2, new JCEMapper.Algorithm("EC", "SM3withSM2", "Signature"));
        JCEMapper.register(sm3, new JCEMapper.Algorithm("", "SM3", "MessageDigest"));
        SignatureAlgorithm.register(sm2, SignatureSm2.class);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] ask = line.split("\t");
            try {
                System.out.println(answer(ask));
            } catch (Throwable refused) {
                System.out.println("no " + String.valueOf(refused).replaceAll("\\s+", " "));
            }
        }
    }

    static String answer(String[] ask) throws Exception {
        Document message = read(ask[1]);
        X509Certificate certificate = certificate(ask[2]);
        switch (ask[0]) {
            case "wss4j-verify": return wss4jVerify(message, certificate);
            case "wss4j-sign": return wss4jSign(message, certificate, ask[3], ask[4], ask[5]);
            case "santuario-verify": return santuarioVerify(message, certificate);
            case "santuario-sign": return santuarioSign(message, ask[3], ask[4]);
            default: throw new IllegalArgumentException(ask[0]);
        }
    }

    static String wss4jVerify(Document message, X509Certificate certificate) throws Exception {
        List<WSSecurityEngineResult> results =
            new WSSecurityEngine().processSecurityHeader(message, null, null, trusting(certificate));
        for (WSSecurityEngineResult result : results) {
            Object covered = result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
            if (covered != null) return "ok " + ((List<?>) covered).size();
        }
        return "no signature";
    }

    static String wss4jSign(
        Document message, X509Certificate certificate, String key, String out, String uri
    ) throws Exception {
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(message);
        WSSecTimestamp timestamp = new WSSecTimestamp();
        timestamp.setTimeToLive(300);
        timestamp.build(message, header);
        Merlin crypto = trusting(certificate);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        PrivateKey secret = KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(unarmoured(key)));
        store.setKeyEntry("us", secret, "p".toCharArray(), new java.security.cert.Certificate[] {certificate});
        crypto.setKeyStore(store);
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo("us", "p");
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm(uri);
        signature.setDigestAlgo("http://www.w3.org/2001/04/xmlenc#sha256");
        signature.prepare(message, crypto, header);
        signature.prependBSTElementToHeader(header);
        String soap = message.getDocumentElement().getNamespaceURI();
        List<WSEncryptionPart> parts = List.of(
            new WSEncryptionPart("Body", soap, ""),
            new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, ""),
            new WSEncryptionPart(signature.getBSTTokenId()));
        signature.computeSignature(signature.addReferencesToSign(parts, header), false, null);
        write(message, out);
        return "ok";
    }

    static String santuarioVerify(Document message, X509Certificate certificate) throws Exception {
        XMLSignature signature = new XMLSignature(signatureOf(message), "");
        boolean holds = signature.checkSignatureValue(certificate.getPublicKey());
        return holds ? "ok " + signature.getSignedInfo().getLength() : "no";
    }

    /** Sign anew what a signature refers to: Santuario writes everything but KeyInfo itself. */
    static String santuarioSign(Document message, String hex, String out) throws Exception {
        ECPrivateKeySpec spec = new ECPrivateKeySpec(
            new BigInteger(hex, 16), ECNamedCurveTable.getParameterSpec("sm2p256v1"));
        PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(spec);
        Element old = signatureOf(message);
        String exclusive = Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS;
        XMLSignature signature = new XMLSignature(message, "", sm2, exclusive);
        NodeList references = old.getElementsByTagNameNS(DS, "Reference");
        for (int i = 0; i < references.getLength(); i++) {
            Transforms transforms = new Transforms(message);
            transforms.addTransform(exclusive);
            signature.addDocument(((Element) references.item(i)).getAttribute("URI"), transforms, sm3);
        }
        signature.getElement().appendChild(old.getElementsByTagNameNS(DS, "KeyInfo").item(0));
        old.getParentNode().replaceChild(signature.getElement(), old);
        signature.sign(key);
        write(message, out);
        return "ok";
    }

    static Element signatureOf(Document message) {
        NodeList all = message.getElementsByTagNameNS("*", "*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.hasAttributeNS(WSConstants.WSU_NS, "Id"))
                element.setIdAttributeNS(WSConstants.WSU_NS, "Id", true);
        }
        return (Element) message.getElementsByTagNameNS(DS, "Signature").item(0);
    }

    static Merlin trusting(X509Certificate certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("them", certificate);
        Merlin crypto = new Merlin();
        crypto.setTrustStore(trusted);
        return crypto;
    }

    static X509Certificate certificate(String path) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            X509Certificate read = (X509Certificate) factory.generateCertificate(in);
            // the JDK's own class, which WSS4J compares with what it has read; it knows no SM2
            if (read.getSigAlgName().contains("SM2")) return read;
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(read.getEncoded()));
        }
    }

    static byte[] unarmoured(String path) throws IOException {
        String text = Files.readString(Path.of(path)).replaceAll("-----[^-]+-----", "");
        return Base64.getMimeDecoder().decode(text);
    }

    static Document read(String path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new File(path));
    }

    static void write(Document message, String path) throws Exception {
        try (OutputStream out = Files.newOutputStream(Path.of(path))) {
            TransformerFactory.newInstance().newTransformer()
                .transform(new DOMSource(message), new StreamResult(out));
        }
    }
}
