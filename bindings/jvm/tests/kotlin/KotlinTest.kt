package shop

import com.deskseal.*
import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class KotlinTest {
    private val secret = Deskseal.generateSecret()
    private val signer = Signer(secret)
    private val verifier = Verifier(secret, tolerance = 60)
    private val now = Instant.ofEpochSecond(1767225600)

    @Test
    fun `optional arguments are named`() {
        val embed = signer.ticketCenter("Ada@Example.com", "desk-1", align = "left", nonce = "abc")
        assertEquals("left", embed.attributes["data-align"])
        assertEquals("abc", embed.attributes["nonce"])
        val signed = signer.signUser("help.company.com", "user-42", timestamp = now)
        val user = verifier.verifyUser(
            portalHost = "help.company.com",
            userId = "user-42",
            timestamp = "1767225600",
            signature = signed.signature,
            now = now.plusSeconds(60),
        )
        assertEquals("user-42", user.userId)
        val link = signer.portalLink("https://help.company.com", "user-42", timestamp = now)
        val late = assertThrows(VerificationException::class.java) {
            verifier.verifyLink("help.company.com", link, now = now.plusSeconds(61))
        }
        assertEquals(ErrorCodes.TIMESTAMP_EXPIRED, late.code())
        val explanation = verifier.explainLink("help.company.com", link, now = now.plusSeconds(61))
        assertEquals(FindingCodes.LINK_EXPIRED, explanation.findings[0].code)
    }

    @Test
    fun `tokens and rotation have named arguments`() {
        val token = signer.identityToken("desk-1", userId = "user-42", attributes = mapOf("seats" to 5), expiresIn = 60)
        val identity = verifier.verifyIdentityToken("desk-1", token)
        assertEquals(60, identity.expiresAt - identity.issuedAt)
        assertEquals(5L, identity.attributes["seats"])
        assertTrue(signer.ticketCenterWithToken("desk-1", userId = "user-42", align = "left").html.contains("data-identity"))
        assertTrue(signer.portalLinkWithToken("https://help.company.com", userId = "user-42").contains("identity="))
        val rotating = Verifier(Deskseal.generateSecret(), previous = listOf(PreviousSecret(secret, now)))
        val signed = signer.signEmail("ada@example.com")
        assertEquals(1, rotating.verifyEmail(signed.email, signed.signature, now = now.minusSeconds(1)).secretIndex)
        assertThrows(SecretException::class.java) { verifierFromEnv("SHOP_FIRST_SECRET", tolerance = 60) }
    }
}
