// BouncyCastle as a peer for SM2: verifies what we made, makes what we verify. One start, all checks.
// java -cp bcprov.jar:bcpkix.jar:bcutil.jar Sm2Peer.java DIRECTORY

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

public class Sm2Peer {
    static Path place;

    static byte[] read(String name) throws Exception {
        return Files.readAllBytes(place.resolve(name));
    }

    static void write(String name, byte[] data) throws Exception {
        Files.write(place.resolve(name), data);
    }

    static boolean verifies(PublicKey key, byte[] data, byte[] signature) throws Exception {
        Signature verifier = Signature.getInstance("SM3withSM2", "BC");
        verifier.initVerify(key);
        verifier.update(data);
        try {
            return verifier.verify(signature);
        } catch (java.security.SignatureException rubbish) {
            return false;
        }
    }

    static byte[] signed(PrivateKey key, byte[] data) throws Exception {
        Signature signer = Signature.getInstance("SM3withSM2", "BC");
        signer.initSign(key);
        signer.update(data);
        return signer.sign();
    }

    static void say(String what, boolean holds) {
        System.out.println(what + "=" + holds);
    }

    static boolean vouchesForItself(X509Certificate certificate) {
        try {
            certificate.verify(certificate.getPublicKey(), "BC");
            return true;
        } catch (Exception refused) {
            return false;
        }
    }

    static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        generator.initialize(new ECGenParameterSpec("sm2p256v1"));
        return generator.generateKeyPair();
    }

    static byte[] certificate(String issuer, PrivateKey by, String subject, PublicKey of, boolean ca)
            throws Exception {
        Date from = new Date(Long.parseLong(new String(read("from"))) * 1000);
        Date until = new Date(Long.parseLong(new String(read("until"))) * 1000);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer), BigInteger.valueOf(ca ? 1 : 2), from, until,
                new X500Name(subject), of);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        int usage = ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        ContentSigner signer = new JcaContentSignerBuilder("SM3withSM2").setProvider("BC").build(by);
        return builder.build(signer).getEncoded();
    }

    static PrivateKey opened(byte[] pem, char[] passphrase) throws Exception {
        PEMParser parser = new PEMParser(new java.io.StringReader(new String(pem)));
        PKCS8EncryptedPrivateKeyInfo sealed = (PKCS8EncryptedPrivateKeyInfo) parser.readObject();
        return new JcaPEMKeyConverter().setProvider("BC").getPrivateKey(
                sealed.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                        .setProvider("BC").build(passphrase)));
    }

    public static void main(String[] arguments) throws Exception {
        place = Path.of(arguments[0]);
        Security.addProvider(new BouncyCastleProvider());
        byte[] data = read("data");

        // what they made
        X509Certificate ours = (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
                .generateCertificate(Files.newInputStream(place.resolve("ours.crt")));
        X509Certificate altered = (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
                .generateCertificate(Files.newInputStream(place.resolve("altered.crt")));
        say("certificate", vouchesForItself(ours));
        say("altered certificate", vouchesForItself(altered));
        byte[] signature = read("ours.sig");
        say("signature", verifies(ours.getPublicKey(), data, signature));
        signature[signature.length - 1] ^= 1;
        say("altered signature", verifies(ours.getPublicKey(), data, signature));
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(read("ours.csr"));
        say("request", request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                .setProvider("BC").build(request.getSubjectPublicKeyInfo())));
        char[] passphrase = new String(read("passphrase")).toCharArray();
        PrivateKey key = opened(read("ours.key"), passphrase);
        say("private key", verifies(ours.getPublicKey(), data, signed(key, data)));
        byte[] digest = MessageDigest.getInstance("SM3", "BC").digest(data);
        say("digest", MessageDigest.isEqual(digest, read("ours.sm3")));

        // what they are to verify
        KeyPair root = pair();
        KeyPair leaf = pair();
        write("root.crt", certificate("C=CN,CN=BC root", root.getPrivate(),
                "C=CN,CN=BC root", root.getPublic(), true));
        write("leaf.crt", certificate("C=CN,CN=BC root", root.getPrivate(),
                "C=CN,CN=BC leaf", leaf.getPublic(), false));
        write("leaf.sig", signed(leaf.getPrivate(), data));
    }
}
