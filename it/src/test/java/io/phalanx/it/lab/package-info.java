/**
 * A laboratory in network namespaces: strongSwan as the peer, members as JVMs with TUN devices, a
 * balancer, a protected network. Needs root; everything it makes is removed at the end.
 */
@NullMarked
package io.phalanx.it.lab;

import org.jspecify.annotations.NullMarked;
