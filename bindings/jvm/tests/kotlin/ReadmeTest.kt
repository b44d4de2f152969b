package shop

import org.junit.jupiter.api.Test

class ReadmeTest {
    @Test
    fun `the program of the README runs`() = readme.main()
}
