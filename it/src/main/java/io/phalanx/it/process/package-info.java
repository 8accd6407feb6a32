/** Members as processes of their own: started, asked, killed. */
@NullMarked
package io.phalanx.it.process;

import org.jspecify.annotations.NullMarked;
